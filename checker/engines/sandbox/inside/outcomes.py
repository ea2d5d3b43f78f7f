"""How each test ended, told through a pipe while the tests run. Runs inside the box.

A report file can be written anew at the end by whoever ran in the tests' process. What went through a pipe
cannot be taken back, so a report that tells something else than the pipe is not believed.
"""

from __future__ import annotations

import json
import os
import threading

_PATIENCE = 0.5
_MAX_BYTES = 32 << 20


class Outcomes(threading.Thread):
    """Listens to `writing`, the end of the pipe that the tests' process gets."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._reading, self.writing = os.pipe()
        self._said = bytearray()
        self.start()

    def run(self) -> None:
        """Read to the end; what is beyond any test suite is read and dropped."""
        while chunk := os.read(self._reading, 65_536):
            if len(self._said) < _MAX_BYTES:
                self._said += chunk

    def told(self) -> dict[str, str]:
        """Test id → `passed`, `failed` or `skipped`: the worst that was said of it. Ask once, at the end."""
        os.close(self.writing)
        self.join(_PATIENCE)  # a daemon of the tests' may hold the pipe open for ever
        worst: dict[str, str] = {}
        for line in bytes(self._said).splitlines():
            try:
                test, outcome = json.loads(line)
                ranks = _RANK[outcome] >= _RANK[worst.get(test, "passed")]
            except (ValueError, KeyError, TypeError, RecursionError):
                worst[_GARBLED] = "failed"  # nobody but the launcher has business with the pipe
                continue
            if ranks:
                worst[test] = outcome
        return worst


_RANK = {"passed": 0, "rerun": 0, "skipped": 1, "failed": 2}
_GARBLED = "the channel between the tests and their runner was tampered with"
