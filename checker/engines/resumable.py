"""A download that goes on where it stopped: by `Range`, while the server's ETag says it is the same file.

What is on disk so far is worth nothing by itself: whoever asked checks the whole file before using it.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from checker.engines.address import shown, without_credentials
from checker.engines.http import Http
from checker.errors import Unanswered
from checker.model.base import Frozen

_CHUNK = 65_536
_RANGE = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15})")
_STRONG = re.compile(r'"[!-~]{0,200}"')
_DIGEST = re.compile(r"(sha-256|md5)=:?([A-Za-z0-9+/]+=*):?", re.IGNORECASE)


class _State(Frozen):
    """What the partial file is a part of."""

    source: str
    etag: str


@dataclass
class Resumable:
    """Fetches `url` into the file `partial`. Its state lies beside it, so that another process can go on."""

    http: Http
    url: str
    partial: Path
    max_bytes: int
    attempts: int = 5
    headers: Mapping[str, str] = field(default_factory=dict)

    def fetch(self, known: str = "") -> bool:
        """Fetch the whole file; False when it is still the one with the ETag `known`. Raises Unanswered."""
        if not self.url.startswith(("https://", "http://")):
            raise Unanswered(self.http.engine, f"{shown(self.url)} is not an http(s) address")
        for attempt in range(self.attempts):
            before = self.size
            try:
                done = self._attempt(known if not before else "")
            except Unanswered as error:
                if attempt + 1 == self.attempts or self.size <= before:
                    raise self._stopped(error) from error
            else:
                if done is not None:
                    return done
        raise Unanswered(self.http.engine, f"{shown(self.url)} keeps changing while it is fetched")

    @property
    def size(self) -> int:
        """Bytes that are there already."""
        return self.partial.stat().st_size if self.partial.is_file() else 0

    def check(self, sha256: str = "") -> str:
        """The file's SHA-256, compared with `sha256` and with every digest the server gave.

        Raises Unanswered, and throws the file away, where one differs.
        """
        found = {name: _hash(self.partial, name) for name in ("sha256", "md5")}
        wanted = [("sha256", sha256.lower())] if sha256 else []
        for name, value in [*wanted, *_digests(self.headers)]:
            if found[name] != value:
                self.discard()
                reason = f"{shown(self.url)} has the {name} {found[name]} where {value} is expected"
                raise Unanswered(self.http.engine, reason)
        return found["sha256"]

    def discard(self) -> None:
        """Begin anew next time."""
        self.partial.unlink(missing_ok=True)
        self._state_file.unlink(missing_ok=True)

    @property
    def _state_file(self) -> Path:
        return self.partial.with_name(f"{self.partial.name}.json")

    def _attempt(self, known: str) -> bool | None:
        """One request: True when the file is whole, False for "not modified", None to ask again."""
        etag = self._etag()
        if not etag:
            self.discard()
        asked = {"Range": f"bytes={self.size}-", "If-Range": etag} if self.size else {}
        asked |= {"If-None-Match": known} if known and not asked else {}
        most = self.max_bytes + _CHUNK  # so that it is this class that stops, and cleans up
        with self.http.download(self.url, asked, max_bytes=most) as (status, headers, chunks):
            self.headers = headers
            if status == 304 and known:
                return False
            if status == 206 and asked.get("Range"):
                return self._append(headers, chunks, etag)
            if status == 416 and asked.get("Range"):
                self.discard()
                return None
            if status != 200:
                raise Unanswered(self.http.engine, f"{shown(self.url)} answered {status}")
            self.discard()
            self._begin(headers.get("etag", ""))
            return self._write(chunks, self._promised(headers.get("content-length", "")))

    def _append(self, headers: Mapping[str, str], chunks: Iterator[bytes], etag: str) -> bool | None:
        """Go on, if what comes is the rest of the very same file; else begin anew."""
        told = _RANGE.fullmatch(headers.get("content-range", ""))
        if told is None or int(told[1]) != self.size or headers.get("etag", etag) != etag:
            self.discard()
            return None
        return self._write(chunks, self._promised(told[3]))

    def _promised(self, length: str) -> int | None:
        total = int(length) if re.fullmatch(r"\d{1,15}", length) else None
        if total is not None and total > self.max_bytes:
            raise self._too_large()
        return total

    def _write(self, chunks: Iterator[bytes], total: int | None) -> bool:
        size = self.size
        with self.partial.open("ab") as out:
            for chunk in chunks:
                size += len(chunk)
                if size > self.max_bytes:
                    raise self._too_large()
                out.write(chunk)
        if total is not None and size != total:
            self.discard()
            raise Unanswered(self.http.engine, f"{shown(self.url)} sent {size} of {total} bytes")
        return True

    def _too_large(self) -> Unanswered:
        self.discard()
        return Unanswered(self.http.engine, f"{shown(self.url)} has more than {self.max_bytes} bytes")

    def _begin(self, etag: str) -> None:
        self.partial.parent.mkdir(parents=True, exist_ok=True)
        self.partial.touch()
        if _STRONG.fullmatch(etag):  # a weak one does not promise the same bytes
            state = _State(source=without_credentials(self.url), etag=etag)
            self._state_file.write_text(state.model_dump_json(), encoding="utf-8")

    def _etag(self) -> str:
        """The ETag of what is there, if it is a part of what is asked for now."""
        try:
            state = _State.model_validate_json(self._state_file.read_bytes())
        except (OSError, ValidationError):
            return ""
        same = state.source == without_credentials(self.url) and _STRONG.fullmatch(state.etag)
        return state.etag if same else ""

    def _stopped(self, error: Unanswered) -> Unanswered:
        kept = f"; {self.size} bytes are kept: pull again to go on" if self.size and self._etag() else ""
        return Unanswered(error.engine, f"{error.reason}{kept}")


def _digests(headers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Digests of the whole file that a server gave: RFC 9530's `Repr-Digest`, or an object store's hash."""
    for name in ("repr-digest", "x-goog-hash"):
        for kind, value in _DIGEST.findall(headers.get(name, "")):
            try:
                plain = base64.b64decode(value, validate=True).hex()
            except ValueError:
                plain = "unreadable"
            yield kind.lower().replace("-", ""), plain


def _hash(path: Path, name: str) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(
            stream, lambda: hashlib.new(name, usedforsecurity=name == "sha256")
        ).hexdigest()
