"""An OSV server on the loopback interface, over a database, for as long as a scan takes.

It lets the real scanner run over a snapshot. It also remembers what it was asked and what it answered, so
that a scanner which never asked, or did not pass on what it was told, is found out.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from checker.errors import Unanswered
from checker.model.lock import Pin
from checker.rules.osv import answers
from checker.rules.osv.database import Database

_MAX_BODY = 8 * 1024 * 1024
_IDLE_SECONDS = 60.0


class OsvServer(ThreadingHTTPServer):
    """Answers `/v1/query`, `/v1/querybatch` and `/v1/vulns/ID`. Use `serving`, which also ends it."""

    daemon_threads = False  # a thread that outlives the scan would keep a socket open

    def __init__(self, database: Database, page_size: int) -> None:
        """Listen on 127.0.0.1, on a port the system chooses."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.database = database
        self.page_size = page_size
        self._answered: dict[Pin, frozenset[str]] = {}
        self._open: set[socket.socket] = set()
        self._ending = False
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """Address of the server, without a path."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def answered(self) -> dict[Pin, frozenset[str]]:
        """Every pin `/v1/query` was asked about, with the ids it was told."""
        with self._lock:
            return dict(self._answered)

    def note(self, pin: Pin, ids: frozenset[str]) -> None:
        """Remember an answer."""
        with self._lock:
            self._answered[pin] = ids

    def connected(self, connection: socket.socket, *, is_open: bool) -> None:
        """Keep count of the open connections: an idle one would hold up the end."""
        with self._lock:
            (self._open.add if is_open else self._open.discard)(connection)
        if is_open and self._ending:
            self.hang_up()

    def hang_up(self) -> None:
        """End the connections that clients keep alive, and those that come late."""
        with self._lock:
            self._ending = True
            for connection in self._open:
                with suppress(OSError):  # the client was faster
                    connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away in mid-answer is its own affair; the base class would print it."""


@contextmanager
def serving(database: Database, page_size: int = 1_000) -> Iterator[OsvServer]:
    """A server that runs inside the `with` block and leaves neither thread nor socket. Raises Unanswered."""
    try:
        server = OsvServer(database, page_size)
    except OSError as error:
        raise Unanswered(
            "osv-server", f"cannot listen on the loopback interface: {error.strerror}"
        ) from error
    with server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
            server.hang_up()


class _Handler(BaseHTTPRequestHandler):
    server: OsvServer
    protocol_version = "HTTP/1.1"
    # Headers and body in one packet and no waiting for an acknowledgement: 40 ms a request otherwise.
    wbufsize = -1
    disable_nagle_algorithm = True
    timeout = _IDLE_SECONDS

    def setup(self) -> None:
        super().setup()
        self.server.connected(self.connection, is_open=True)

    def finish(self) -> None:
        self.server.connected(self.connection, is_open=False)
        super().finish()

    def do_GET(self) -> None:
        record = self.server.database.record(self.path.removeprefix("/v1/vulns/"))
        if record is None:
            self._send(HTTPStatus.NOT_FOUND, {"code": 5, "message": "not found"})
        else:
            self._send(HTTPStatus.OK, answers.document(record))

    def do_POST(self) -> None:
        try:
            self._send(HTTPStatus.OK, self._answer(self._body()))
        except answers.BadRequest as refused:
            self.close_connection = True  # the body may not have been read
            self._send(HTTPStatus.BAD_REQUEST, {"code": 3, "message": str(refused)})

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name http.server uses
        """Say nothing: standard error belongs to the report."""

    def _answer(self, body: bytes) -> answers.Json:
        if self.path == "/v1/querybatch":
            return answers.query_batch(self.server.database, body, self.server.page_size)
        if self.path != "/v1/query":
            raise answers.BadRequest("no such method")
        pin, answer = answers.query(self.server.database, body)
        if pin is not None:
            self.server.note(pin, frozenset(record["id"] for record in answer.get("vulns", ())))
        return answer

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or len(length) > 9 or int(length) > _MAX_BODY:
            raise answers.BadRequest(f"a body of known length is needed, of at most {_MAX_BODY} bytes")
        return self.rfile.read(int(length))

    def _send(self, status: HTTPStatus, answer: answers.Json) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()
