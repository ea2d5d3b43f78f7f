"""A Unix socket in front of the real engine, for tests in which the engine dies, hangs up or has no room left.

The engine itself is shared with others and is never stopped.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_REAL = "/var/run/docker.sock"
#: Told the first bytes of what is sent to the engine; an answer to give in the engine's place, or None.
Fault = Callable[[bytes], bytes | None]


class EngineProxy:
    """Passes everything on. `fault` may answer instead, or call `die` and `revive`."""

    def __init__(self, path: Path) -> None:
        self.path, self.fault = path, no_fault
        self._alive = True
        self._open: set[socket.socket] = set()
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(str(path))
        self._server.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def die(self) -> None:
        """Hang up on everybody, in the middle of a word, and answer nobody."""
        self._alive = False
        for connection in tuple(self._open):
            _hang_up(connection)

    def revive(self) -> None:
        """As after a restart."""
        self._alive = True

    def close(self) -> None:
        self.die()
        _hang_up(self._server)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client = self._server.accept()[0]
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        engine = socket.socket(socket.AF_UNIX)
        self._open |= {client, engine}
        try:
            if self._alive:
                engine.connect(_REAL)
                back = threading.Thread(target=_pump, args=(engine, client), daemon=True)
                back.start()
                _pump(client, engine, self)
                back.join()
        finally:
            self._open -= {client, engine}
            _hang_up(client)
            _hang_up(engine)


def _pump(source: socket.socket, sink: socket.socket, proxy: EngineProxy | None = None) -> None:
    """Copy to the end of the stream, which is passed on by itself: one side may go on talking."""
    with contextlib.suppress(OSError):
        while data := source.recv(1 << 16):
            answer = proxy.fault(data) if proxy else None
            if answer is not None:
                _drain(source)
                source.sendall(answer)
                _hang_up(source)
                _hang_up(sink)
                return
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


def _drain(source: socket.socket) -> None:
    """Take the rest of the request, so that its sender gets to reading the answer."""
    source.settimeout(0.5)
    with contextlib.suppress(TimeoutError):
        while source.recv(1 << 16):
            pass
    source.settimeout(None)


def _hang_up(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()


def no_fault(_: bytes) -> None:
    return None


def refusal(message: str, status: str = "500 Internal Server Error") -> bytes:
    """What an engine says when it cannot."""
    body = b'{"message": "%s"}' % message.encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"Connection: close\r\n\r\n" + body


@contextmanager
def engine_proxy(folder: Path) -> Iterator[EngineProxy]:
    """A proxy that DOCKER_HOST may name as `unix://PATH`."""
    assert os.environ.get("DOCKER_HOST", f"unix://{_REAL}") == f"unix://{_REAL}", "the engine is elsewhere"
    proxy = EngineProxy(folder / "engine.sock")
    try:
        yield proxy
    finally:
        proxy.close()
