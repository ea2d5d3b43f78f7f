"""What the runners share: starting children, and one report at the end. Runs inside the box."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
from typing import Any, NoReturn

_PR_SET_DUMPABLE = 4
_PATIENCE = 0.5
_TAIL, _LINE = 4_096, 300


def shield() -> None:
    """Keep children (same uid) from tracing this process and from writing to its report through `/proc`."""
    with contextlib.suppress(
        OSError, AttributeError
    ):  # without prctl the report is worth no more than the skill
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def child(
    argv: list[str], timeout: float, env: dict[str, str] | None = None, pipes: tuple[int, ...] = ()
) -> int | None:
    """Run `argv` with both streams on this process's stderr; its exit code, or None when it took too long.

    `pipes` are further file descriptors that it gets.
    """
    sys.stderr.flush()
    process = subprocess.Popen(
        argv, stdin=subprocess.DEVNULL, stdout=2, stderr=2, env=env, start_new_session=True, pass_fds=pipes
    )
    try:
        return process.wait(timeout)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return None


def told(argv: list[str], timeout: float) -> tuple[int | None, str]:
    """Like `child`, with the last line the child said. What it says is passed on as it comes."""
    sys.stderr.flush()
    reading, writing = os.pipe()
    process = subprocess.Popen(
        argv, stdin=subprocess.DEVNULL, stdout=writing, stderr=writing, start_new_session=True
    )
    os.close(writing)
    listener = _Listener(reading)
    listener.start()
    try:
        code: int | None = process.wait(timeout)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        code = None
    listener.join(_PATIENCE)  # a daemon of the child's may hold the pipe open for ever
    return code, listener.last_line()


class _Listener(threading.Thread):
    """Copies a pipe to stderr and remembers the end of it."""

    def __init__(self, reading: int) -> None:
        super().__init__(daemon=True)
        self._reading, self._tail = reading, b""

    def run(self) -> None:
        while chunk := os.read(self._reading, 65_536):
            self._tail = (self._tail + chunk)[-_TAIL:]
            while chunk:
                chunk = chunk[os.write(2, chunk) :]

    def last_line(self) -> str:
        lines = [line.strip() for line in self._tail.decode("utf-8", "backslashreplace").splitlines()]
        return next((line for line in reversed(lines) if line), "")[:_LINE]


def ending(code: int | None, timeout: float, said: str = "") -> str:
    """Words for how a child ended, and the last line it `said`."""
    if code is None:
        return f"no answer within {timeout:g} s"
    words = f"killed by signal {-code}" if code < 0 else f"exit code {code}"
    return f"{words}: {said}" if said else words


def report(summary: str, failures: list[str], broken: str = "", **counted: int) -> NoReturn:
    """Write the one report of this phase, with what was `counted`, and end: 0 when nothing failed."""
    json.dump({"summary": summary, "failures": failures, "broken": broken, **counted}, sys.stdout)
    sys.stdout.flush()
    sys.exit(1 if failures or broken else 0)


def order() -> dict[str, Any]:
    """The phase's order, as JSON on stdin. stdin is closed then: nothing of the skill's can read it."""
    loaded: dict[str, Any] = json.load(sys.stdin)
    return loaded
