"""Talk with the main process of a container: lines to its stdin, lines from its stdout.

Attached before the container starts, so that nothing it says is missed.
"""

from __future__ import annotations

import contextlib
import select
import socket
import time
from typing import Any, Self

from checker.engines.sandbox.engine import ENGINE, Engine, answered
from checker.errors import Unanswered

_HEADER, _CHUNK, _STDOUT = 8, 65_536, 1
#: Seconds in which a trusted process must have taken what it is sent.
_PATIENCE = 20.0


class Attached:
    """One conversation. Every failure is Unanswered; stderr of the process is read and dropped."""

    def __init__(self, engine: Engine, container: str) -> None:
        """Attach to a container that was made with an open stdin and has not started."""
        with answered("attaching to a container"):
            stream: Any = engine.api.attach_socket(
                container, params={"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}
            )
        found = getattr(stream, "_sock", stream)
        if not isinstance(found, socket.socket):
            raise Unanswered(ENGINE, f"is reached over {type(found).__name__}; a socket is needed")
        self._stream, self._socket = stream, found
        self._received, self._said = bytearray(), bytearray()

    @classmethod
    def started(cls, engine: Engine, container: str, script: bytes, patience: float) -> Self:
        """Start `container`, send it `script`, and wait for the line `ready`."""
        attached = cls(engine, container)
        try:
            with answered("starting a container"):
                engine.api.start(container)
            attached.send(script)
            said = attached.line(patience)
            if said != b"ready":
                raise Unanswered("sandbox", "the container did not get ready")
        except BaseException:
            attached.close()
            raise
        return attached

    def send(self, data: bytes) -> None:
        """All of `data`."""
        with answered("writing to a container"):
            self._socket.settimeout(_PATIENCE)
            self._socket.sendall(data)

    def line(self, patience: float) -> bytes:
        """The next line without its end. Raises Unanswered when none comes within `patience` seconds."""
        deadline = time.monotonic() + patience
        while b"\n" not in self._said:
            left = deadline - time.monotonic()
            if left <= 0 or not self._receive(left):
                raise Unanswered("sandbox", "a trusted process in the box does not answer")
        line, _, rest = bytes(self._said).partition(b"\n")
        self._said = bytearray(rest)
        return line

    def drain(self, quiet: float, limit: int) -> bytes:
        """What was said, until nothing comes for `quiet` seconds or `limit` bytes came."""
        while len(self._said) < limit and self._receive(quiet):
            pass
        said, self._said = bytes(self._said), bytearray()
        return said

    def close(self) -> None:
        """Hang up. The answer goes first: the other way round, docker-py leaks the socket."""
        response = getattr(self._stream, "_response", None)
        if response is not None:
            response.close()
        with contextlib.suppress(OSError):
            self._socket.close()

    def _receive(self, patience: float) -> bool:
        """Take in what comes within `patience` seconds; False when nothing does, or nothing ever will."""
        with answered("reading from a container"):
            if not select.select([self._socket], [], [], patience)[0]:
                return False
            data = self._socket.recv(_CHUNK)
        self._received += data
        while len(self._received) >= _HEADER:
            size = int.from_bytes(self._received[4:_HEADER], "big")
            if len(self._received) < _HEADER + size:
                break
            if self._received[0] == _STDOUT:
                self._said += self._received[_HEADER : _HEADER + size]
            del self._received[: _HEADER + size]
        return bool(data)
