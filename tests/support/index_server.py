"""A package index on loopback that speaks the simple API as JSON (PEP 691, 658, 700), as uv expects it."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from packaging.utils import canonicalize_name

from tests.support.wheels import Built

JSON = "application/vnd.pypi.simple.v1+json"
#: Answers a request instead of the index: gets the handler, writes whatever it likes.
Fault = Callable[["Handler"], None]


@dataclass
class Served:
    """One file and what the index says of it; `listed` replaces keys of its entry on the page."""

    built: Built
    uploaded: str = "2024-01-01T00:00:00Z"
    yanked: bool | str = False
    metadata: bool = True
    listed: dict[str, Any] = field(default_factory=dict)


class IndexServer:
    """The index. `faults` maps a request path (or "*") to what answers instead; `asked` counts paths.

    With `login` ("user:password") every request without that basic authentication is answered with 401.
    """

    def __init__(self, login: str | None = None) -> None:
        self.projects: dict[str, dict[str, Served]] = {}
        self.faults: dict[str, Fault] = {}
        self.asked: Counter[str] = Counter()
        self.login = login
        self._server = _Server(("127.0.0.1", 0), Handler)
        self._server.index = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    def add(self, built: Built, **details: Any) -> Built:
        """Serve a distribution; `details` are those of `Served`."""
        name = canonicalize_name(built.filename.partition("-")[0])
        self.projects.setdefault(name, {})[built.filename] = Served(built, **details)
        return built

    @property
    def origin(self) -> str:
        """`http://127.0.0.1:PORT`."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def url(self) -> str:
        """Address of the index."""
        return f"{self.origin}/simple"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def page(self, name: str) -> dict[str, Any] | None:
        """The project page, as an object."""
        if name not in self.projects:
            return None
        files = [_listed(served) for served in self.projects[name].values()]
        return {"meta": {"api-version": "1.1"}, "name": name, "files": files, "versions": []}

    def find(self, filename: str) -> Served | None:
        """The file of that name, whichever project it belongs to."""
        return next((files[filename] for files in self.projects.values() if filename in files), None)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    index: IndexServer

    def handle_error(self, *_: object) -> None:
        """A client that hangs up early is no news."""


class Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    server: _Server
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        index = self.server.index
        index.asked[self.path] += 1
        fault = index.faults.get(self.path) or index.faults.get("*")
        if fault is not None:
            fault(self)
        elif index.login is not None and self.headers.get("Authorization") != _basic(index.login):
            self.send(401, b"who are you?", "text/plain", {"WWW-Authenticate": 'Basic realm="index"'})
        else:
            self._answer(index)

    def send(self, status: int, body: bytes, kind: str, headers: dict[str, str] | None = None) -> None:
        """A whole answer."""
        self.send_response(status)
        for name, value in {
            "Content-Type": kind,
            "Content-Length": str(len(body)),
            **(headers or {}),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _answer(self, index: IndexServer) -> None:
        kind, _, rest = self.path.strip("/").partition("/")
        if kind == "simple" and (page := index.page(rest)) is not None:
            self.send(200, json.dumps(page).encode(), JSON)
        elif kind == "files" and (served := index.find(rest.removesuffix(".metadata"))) is not None:
            data = served.built.metadata if rest.endswith(".metadata") else served.built.data
            self.send(200, data, "application/octet-stream")
        else:
            self.send(404, b"not here", "text/plain")

    def log_message(self, *_: object) -> None:
        pass


def _listed(served: Served) -> dict[str, Any]:
    built = served.built
    wheel = built.filename.endswith(".whl")
    return {
        "filename": built.filename,
        "url": f"../../files/{built.filename}",
        "hashes": {"sha256": built.sha256},
        "size": len(built.data),
        "upload-time": served.uploaded,
        "yanked": served.yanked,
        "core-metadata": {"sha256": hashlib.sha256(built.metadata).hexdigest()}
        if served.metadata and wheel
        else False,
        **served.listed,
    }


def _basic(login: str) -> str:
    return f"Basic {base64.b64encode(login.encode()).decode()}"


def answers(status: int, body: bytes = b"", kind: str = JSON, **headers: str) -> Fault:
    """A fault: this answer, whatever is asked."""
    return lambda handler: handler.send(
        status, body, kind, {k.replace("_", "-"): v for k, v in headers.items()}
    )


def truncated(body: bytes, promised: int) -> Fault:
    """A fault: an answer that ends before the length it promised."""

    def fault(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", JSON)
        handler.send_header("Content-Length", str(promised))
        handler.end_headers()
        handler.wfile.write(body)
        handler.close_connection = True

    return fault


def hangs(seconds: float) -> Fault:
    """A fault: silence, then the connection closes."""

    def fault(handler: Handler) -> None:
        time.sleep(seconds)
        handler.close_connection = True

    return fault


def drips(seconds: float) -> Fault:
    """A fault: an answer of which one byte comes every tenth of a second, for so long."""

    def fault(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", JSON)
        handler.send_header("Content-Length", "1000000")
        handler.end_headers()
        end = time.monotonic() + seconds
        try:
            while time.monotonic() < end:
                handler.wfile.write(b" ")
                handler.wfile.flush()
                time.sleep(0.1)
        except OSError:
            pass  # the client had enough
        handler.close_connection = True

    return fault
