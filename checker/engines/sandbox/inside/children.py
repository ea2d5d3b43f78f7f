"""What the runners share: starting children, and one report at the end. Runs inside the box."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
from typing import Any, NoReturn

_PR_SET_DUMPABLE = 4


def shield() -> None:
    """Keep children (same uid) from tracing this process and from writing to its report through `/proc`."""
    with contextlib.suppress(
        OSError, AttributeError
    ):  # without prctl the report is worth no more than the skill
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def child(argv: list[str], timeout: float, env: dict[str, str] | None = None) -> int | None:
    """Run `argv` with both streams on this process's stderr; its exit code, or None when it took too long."""
    sys.stderr.flush()
    process = subprocess.Popen(
        argv, stdin=subprocess.DEVNULL, stdout=2, stderr=2, env=env, start_new_session=True
    )
    try:
        return process.wait(timeout)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return None


def ending(code: int | None, timeout: float) -> str:
    """Words for how a child ended."""
    if code is None:
        return f"no answer within {timeout:g} s"
    if code < 0:
        return f"killed by signal {-code}"
    return f"exit code {code}"


def report(summary: str, failures: list[str], broken: str = "") -> NoReturn:
    """Write the one report of this phase and end: 0 when nothing failed."""
    json.dump({"summary": summary, "failures": failures, "broken": broken}, sys.stdout)
    sys.stdout.flush()
    sys.exit(1 if failures or broken else 0)


def order() -> dict[str, Any]:
    """The phase's order, as JSON on stdin. stdin is closed then: nothing of the skill's can read it."""
    loaded: dict[str, Any] = json.load(sys.stdin)
    return loaded
