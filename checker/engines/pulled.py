"""Advisories kept on this machine: pulled from an export, replaced whole, checked each time they are used.

The folder holds `<sha256>.zip` and `current.json`, which names it. Replacing that one small file is the
moment at which a new export counts; whatever stops a pull before leaves the old one as it was.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

from pydantic import ValidationError

from checker.engines import advisories
from checker.engines.address import without_credentials
from checker.engines.advisories import ENGINE, LIMITS, SnapshotLimits
from checker.engines.http import Http
from checker.engines.resumable import Resumable
from checker.errors import Unanswered
from checker.model.pulled import Pulled
from checker.rules.osv.snapshot import Snapshot

_NOTHING = "nothing was pulled yet: run `proctor advisories pull`"
_SIDECAR_BYTES = 65_536


class PulledStore:
    """The exports in one folder, of which one is current."""

    def __init__(self, folder: Path, limits: SnapshotLimits = LIMITS) -> None:
        """`folder` is made when something is pulled."""
        self._folder = folder
        self._limits = limits
        self._sidecar = folder / "current.json"

    def pull(self, url: str, http: Http, now: dt.datetime, *, sha256: str = "") -> tuple[Pulled, bool]:
        """Fetch the export, check it, make it current. The flag tells whether it is another one than before.

        `sha256`, where given, must be the file's. Raises Unanswered; the current export then stays.
        """
        before = self._intact()
        known = before.etag if before and before.source == without_credentials(url) and not sha256 else ""
        partial = self._folder / "export.partial"
        fetching = Resumable(http, url, partial, self._limits.packed_bytes)
        if not fetching.fetch(known) and before is not None:
            return before, False
        found = fetching.check(sha256)
        try:
            snapshot = advisories.from_path(partial, self._limits)
        except Unanswered:
            fetching.discard()
            raise
        pulled = _describe(snapshot, url, now, found, fetching)
        self._commit(partial, pulled)
        fetching.discard()
        return pulled, before is None or before.sha256 != found

    def current(self) -> Pulled:
        """What is kept about the current export. Raises Unanswered: nothing pulled, or not readable."""
        try:
            with self._sidecar.open("rb") as stream:
                return Pulled.model_validate_json(stream.read(_SIDECAR_BYTES))
        except FileNotFoundError as error:
            raise Unanswered(ENGINE, _NOTHING) from error
        except (OSError, ValidationError) as error:
            raise Unanswered(ENGINE, "what was pulled cannot be read: pull again") from error

    def open(self) -> Snapshot:
        """The current export, its bytes checked just now. Raises Unanswered."""
        pulled = self.current()
        self._checked(pulled)
        return advisories.from_path(self._file(pulled), self._limits)

    def verify(self) -> tuple[Pulled, str]:
        """Read everything again: what is kept, and what is wrong with it ("": nothing). Raises Unanswered."""
        pulled = self.current()
        try:
            snapshot = self.open()
        except Unanswered as error:
            return pulled, error.reason
        counts = (len(snapshot.database), snapshot.withdrawn, len(snapshot.skipped))
        if snapshot.digest != pulled.digest or counts != (
            pulled.records,
            pulled.withdrawn,
            pulled.unreadable,
        ):
            return pulled, "the records are not those that were pulled"
        return pulled, ""

    def _file(self, pulled: Pulled) -> Path:
        return self._folder / f"{pulled.sha256}.zip"

    def _checked(self, pulled: Pulled) -> None:
        try:
            with self._file(pulled).open("rb") as stream:
                found = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            raise Unanswered(ENGINE, "the pulled export is gone: pull again") from error
        if found != pulled.sha256:
            raise Unanswered(ENGINE, "the pulled export was altered on this machine: pull again")

    def _intact(self) -> Pulled | None:
        try:
            pulled = self.current()
            self._checked(pulled)
        except Unanswered:
            return None
        return pulled

    def _commit(self, partial: Path, pulled: Pulled) -> None:
        partial.replace(self._file(pulled))
        draft = self._sidecar.with_name("current.json.partial")
        draft.write_text(pulled.model_dump_json(indent=2) + "\n", encoding="utf-8")
        draft.replace(self._sidecar)
        for old in self._folder.glob("*.zip"):
            if old != self._file(pulled):
                old.unlink(missing_ok=True)


def _describe(snapshot: Snapshot, url: str, now: dt.datetime, sha256: str, fetched: Resumable) -> Pulled:
    return Pulled(
        source=without_credentials(url),
        pulled=now,
        sha256=sha256,
        size=fetched.size,
        etag=fetched.headers.get("etag", ""),
        digest=snapshot.digest,
        newest=max((date for date in snapshot.dates if date <= now), default=None),
        records=len(snapshot.database),
        withdrawn=snapshot.withdrawn,
        unreadable=len(snapshot.skipped),
    )
