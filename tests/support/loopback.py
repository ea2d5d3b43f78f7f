"""A server on loopback that answers by a function, can be slowed down, and can misbehave in any way."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.support.serving import Handler, Serving

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


class _Handler(Handler):
    def setup(self) -> None:
        super().setup()
        self.server.owner.connections += 1

    def respond(self) -> None:
        loopback: Loopback = self.server.owner
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, self.path, headers, body, "https" if loopback.tls else "http")
        loopback.asked.append(asked)
        time.sleep(loopback.delay)
        if (fault := loopback.fault_for(self.path)) is not None:
            fault(self)
        else:
            self.send(*loopback.answer(asked))

    def send(self, status: int, body: bytes, kind: str = JSON, headers: dict[str, str] | None = None) -> None:
        self.answer(status, {"Content-Type": kind, "Content-Length": str(len(body)), **(headers or {})}, body)


class Loopback(Serving):
    """Answers requests on keep-alive connections, `delay` seconds after each came in. With `tls`, over TLS.

    `faults` maps the beginning of a path to what answers instead. `asked` keeps every request.
    """

    handler = _Handler

    def __init__(self, answer: Answer, delay: float = 0.0, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(tls)
        self.answer, self.delay, self.tls = answer, delay, tls
        self.faults: dict[str, Fault] = {}
        self.asked: list[Asked] = []
        self.connections = 0

    @property
    def url(self) -> str:
        """Address without a path."""
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def fault_for(self, path: str) -> Fault | None:
        """The fault for a path, if it has one."""
        return next((fault for start, fault in self.faults.items() if path.startswith(start)), None)
