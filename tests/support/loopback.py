"""A server on loopback that answers by a function, can be slowed down, and can misbehave in any way."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

JSON = "application/json"
#: Answers a request instead of the server: gets the handler, writes whatever it likes.
Fault = Callable[[Any], None]


@dataclass(frozen=True)
class Asked:
    """One request as it came in. Header names are in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    scheme: str = "http"


#: What the server does when it is well: a status and a JSON body.
Answer = Callable[[Asked], tuple[int, bytes]]


class Loopback:
    """Answers requests on keep-alive connections, `delay` seconds after each came in. With `tls`, over TLS.

    `faults` maps the beginning of a path to what answers instead. `asked` keeps every request.
    """

    def __init__(self, answer: Answer, delay: float = 0.0, tls: ssl.SSLContext | None = None) -> None:
        self.answer, self.delay, self.tls = answer, delay, tls
        self.faults: dict[str, Fault] = {}
        self.asked: list[Asked] = []
        self.connections = 0
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.loopback = self
        if tls is not None:  # the handshake is for the connection's own thread, so that it holds up no other
            plain = self._server.socket
            self._server.socket = tls.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        """Address without a path."""
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.hang_up()
        self._server.server_close()

    def fault_for(self, path: str) -> Fault | None:
        """The fault for a path, if it has one."""
        return next((fault for start, fault in self.faults.items() if path.startswith(start)), None)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    loopback: Loopback

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.open: set[socket.socket] = set()

    def hang_up(self) -> None:
        for connection in list(self.open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, *_: object) -> None:
        """A client that hangs up early is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.server.loopback.connections += 1
        self.server.open.add(self.connection)

    def finish(self) -> None:
        self.server.open.discard(self.connection)
        with contextlib.suppress(OSError):  # the client had enough
            super().finish()

    def do_GET(self) -> None:
        loopback = self.server.loopback
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, self.path, headers, body, "https" if loopback.tls else "http")
        loopback.asked.append(asked)
        time.sleep(loopback.delay)
        if (fault := loopback.fault_for(self.path)) is not None:
            fault(self)
        else:
            self.send(*loopback.answer(asked))

    def do_POST(self) -> None:
        self.do_GET()

    def do_PATCH(self) -> None:
        self.do_GET()

    def do_DELETE(self) -> None:
        self.do_GET()

    def do_HEAD(self) -> None:
        self.do_GET()

    def send(self, status: int, body: bytes, kind: str = JSON, headers: dict[str, str] | None = None) -> None:
        """A whole answer."""
        self.send_response(status)
        for name, value in {
            "Content-Type": kind,
            "Content-Length": str(len(body)),
            **(headers or {}),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        pass
