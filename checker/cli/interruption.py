"""Ctrl-C and SIGTERM end a run the same way, and once: containers, processes and half files are removed.

GitHub cancels a job with SIGINT, says SIGTERM 7.5 seconds later and kills what is left after 2.5 more.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

#: As shells count: 128 and the number of the signal.
EXIT_INTERRUPTED, EXIT_TERMINATED = 130, 143
#: Seconds that tidying up may take: an engine that hangs must not keep the process for minutes.
_TIDYING = 7


class Interrupted(KeyboardInterrupt):
    """SIGINT. A class of its own: CPython ends by the signal itself once a plain one has passed an `exec`."""


class Terminated(KeyboardInterrupt):
    """SIGTERM: somebody else's Ctrl-C."""


@contextmanager
def interruptible(*, last: bool) -> Iterator[None]:
    """Within the block both signals raise, the first time; later ones do not disturb the tidying up.

    With `last` the process ends with the block: they do not disturb its way out, either.
    """
    if threading.current_thread() is not threading.main_thread():  # only there may signals be handled
        yield
        return
    handler = _Handler()
    # A shell starts what runs in the background with SIGINT ignored; that choice is respected.
    numbers = [n for n in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(n) is not signal.SIG_IGN]
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        gone = last and handler.code  # the interpreter takes back handlers of ours before its end
        for number, former in before.items():
            signal.signal(number, signal.SIG_IGN if gone else former)
        if not gone:
            handler.done()


class _Handler:
    """Takes both signals for one run."""

    def __init__(self) -> None:
        self.code = 0  # how the process will end, once a signal came

    def __call__(self, number: int, _: object) -> None:
        if self.code:
            return
        self.code = EXIT_TERMINATED if number == signal.SIGTERM else EXIT_INTERRUPTED
        if sys.platform != "win32":
            signal.signal(signal.SIGALRM, self._give_up)
            signal.alarm(_TIDYING)
        raise Terminated if number == signal.SIGTERM else Interrupted

    def done(self) -> None:
        """All is tidied up."""
        if self.code and sys.platform != "win32":
            signal.alarm(0)

    def _give_up(self, *_: object) -> None:
        os.write(2, f"proctor: not all could be tidied up within {_TIDYING} s\n".encode())
        os._exit(self.code)
