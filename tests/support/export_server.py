"""A server on loopback that serves one file as an object store does: ETag, Range, If-Range, digests. And worse."""

from __future__ import annotations

import base64
import hashlib
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.support import serving


@dataclass
class Script:
    """What the server does. `breaks` are byte counts after which the next answers end early, in order.

    `answer` replaces a whole answer, `headers` are added to each, `ranges` False ignores Range.
    """

    data: bytes
    etag: str = '"one"'
    breaks: list[int] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    ranges: bool = True
    answer: Callable[[Handler], None] | None = None
    asked: list[dict[str, str]] = field(default_factory=list)


class Handler(serving.Handler):
    """Answers one request by the script."""

    def respond(self) -> None:
        script: Script = self.server.owner.script
        script.asked.append(
            {k: v for k, v in self.headers.items() if k in ("Range", "If-Range", "If-None-Match")}
        )
        if script.answer is not None:
            script.answer(self)
        elif script.etag and self.headers.get("If-None-Match") == script.etag:
            self.send(304, b"", 0)
        else:
            self._serve(script)

    def _serve(self, script: Script) -> None:
        wanted = self.headers.get("Range", "")
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
        if not wanted or not script.ranges or self.headers.get("If-Range") != script.etag:
            self.send(200, script.data, len(script.data))
        elif start >= len(script.data):
            self.send(416, b"", 0, {"Content-Range": f"bytes */{len(script.data)}"})
        else:
            rest, total = script.data[start:], len(script.data)
            self.send(206, rest, len(rest), {"Content-Range": f"bytes {start}-{total - 1}/{total}"})

    def send(self, status: int, body: bytes, promised: int, more: dict[str, str] | None = None) -> None:
        """An answer; one that breaks sends less than it promised."""
        script = self.server.owner.script
        if body and script.breaks:
            body, self.close_connection = body[: script.breaks.pop(0)], True
        etag = {"ETag": script.etag} if script.etag else {}
        self.answer(status, {"Content-Length": str(promised), **etag, **script.headers, **(more or {})}, body)


class ExportServer(serving.Serving):
    """Use it in `with`; change `script` at any time. With `tls`, over TLS."""

    handler = Handler

    def __init__(self, data: bytes, tls: ssl.SSLContext | None = None, **details: Any) -> None:
        super().__init__(tls)
        self.script = Script(data, **details)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/PyPI/all.zip"


def repr_digest(data: bytes) -> str:
    """RFC 9530, as a server that knows its file would say it."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(data).digest()).decode()}:"


def goog_hash(data: bytes) -> str:
    """An object store's own header."""
    return f"crc32c=AAAAAA==, md5={base64.b64encode(hashlib.md5(data).digest()).decode()}"
