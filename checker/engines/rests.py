"""Hosts that asked to be left alone for a while: what one thread is told by `Retry-After` holds for all."""

from __future__ import annotations

import time
from threading import Lock
from typing import Any, Self

import urllib3

from checker.overlap import pause


class Rests:
    """Until when each host is left alone. Safe for several threads; shared by the threads of one client."""

    def __init__(self) -> None:
        """No host asked for anything yet."""
        self._until: dict[str, float] = {}
        self._lock = Lock()

    def add(self, host: str, seconds: float) -> None:
        """Leave `host` alone for so long; a longer rest that it asked for before still holds."""
        with self._lock:
            self._until[host] = max(self._until.get(host, 0.0), time.monotonic() + seconds)

    def wait(self, host: str) -> None:
        """Come back when the host may be asked again."""
        while (left := self._until.get(host, 0.0) - time.monotonic()) > 0:
            pause(left)


class PatientRetry(urllib3.Retry):
    """`urllib3.Retry`, but a `Retry-After` is a rest for every thread, and no sleep outlasts Ctrl-C.

    One request's own: `host` is the one that was asked. Where that redirects, what it leads to speaks for
    it, as it would only redirect again.
    """

    resting: Rests
    host: str

    def of(self, host: str, resting: Rests) -> Self:
        """The same retries for a request of `host`."""
        return self.new()._for(host, resting)

    def new(self, **changed: Any) -> Self:
        """What is left after an attempt."""
        fresh = super().new(**changed)
        return fresh._for(self.host, self.resting) if hasattr(self, "resting") else fresh

    def sleep_for_retry(self, response: urllib3.BaseHTTPResponse) -> bool:
        """Rest for as long as the answer asks; False where it does not."""
        seconds = self.get_retry_after(response)
        if not seconds:
            return False
        self.resting.add(self.host, seconds)
        self.resting.wait(self.host)
        return True

    def _sleep_backoff(self) -> None:
        pause(max(self.get_backoff_time(), 0.0))

    def _for(self, host: str, resting: Rests) -> Self:
        self.resting, self.host = resting, host
        return self
