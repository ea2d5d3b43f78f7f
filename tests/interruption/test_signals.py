"""What a signal does to a run whose tidying up takes its time, or never ends."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap

import pytest

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}

PROGRAM = """
import sys, time
from checker.cli import interruption
interruption._TIDYING = {tidying}
with interruption.interruptible(last=True):
    try:
        print("ready", flush=True)
        for _ in range(300):  # a signal that comes just before a sleep begins is heard after it
            time.sleep(0.1)
    except KeyboardInterrupt:
        print("tidying", flush=True)
        time.sleep({takes})
        print("tidy", flush=True)
print("after", flush=True)
time.sleep(0.3)
sys.exit(interruption.EXIT_INTERRUPTED)
"""


def started(**settings: float) -> subprocess.Popen[str]:
    program = textwrap.dedent(PROGRAM.format(**settings))
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.parametrize("first", CODES)
@pytest.mark.parametrize("second", CODES)
def test_a_second_one_disturbs_nothing(first: signal.Signals, second: signal.Signals) -> None:
    """Neither the tidying up nor what comes after it."""
    process = started(tidying=5, takes=0.2)
    process.send_signal(first)
    assert process.stdout.readline() == "tidying\n"
    process.send_signal(second)
    assert process.stdout.readline() == "tidy\n"
    assert process.stdout.readline() == "after\n"
    process.send_signal(second)
    assert (*process.communicate(timeout=10), process.returncode) == ("", "", 130)


@pytest.mark.parametrize("number", CODES)
def test_tidying_up_that_never_ends(number: signal.Signals) -> None:
    """An engine that hangs, say: what is left is for the next run."""
    process = started(tidying=1, takes=20)
    process.send_signal(number)
    out, err = process.communicate(timeout=5)
    assert (out, err) == ("tidying\n", "proctor: not all could be tidied up within 1 s\n")
    assert process.returncode == CODES[number]
