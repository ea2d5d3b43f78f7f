"""Snapshots read before, kept in the cache folder: the next run opens one file, not thousands of documents.

An entry is found by the SHA-256 of what it was made of. One that is damaged, was made by another version of
Proctor or of something else is made again; one that cannot be written costs time, nothing else. Whoever may
write to the cache folder decides what Proctor knows: keep it as private as the checkout.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from checker import __version__
from checker.engines.whole_file import keep_whole
from checker.rules.osv.packed import FORMAT, Stale, packed, unpacked
from checker.rules.osv.snapshot import Snapshot

_MAX_BYTES = 1024 * 1024 * 1024
_KEPT = 8


class SnapshotIndex:
    """Remembers snapshots in `folder`, the last few that were used."""

    def __init__(self, folder: Path) -> None:
        """Nothing is read or made before it is asked."""
        self._folder = folder

    def opened(self, source: str, read: Callable[[], Snapshot]) -> Snapshot:
        """The snapshot made of `source` (a digest of its bytes); `read` makes it where none is kept."""
        key = hashlib.sha256(f"{FORMAT}\n{__version__}\n{source}".encode()).hexdigest()
        path = self._folder / f"{key}.osv"
        try:
            return unpacked(_bytes(path), key)
        except (OSError, Stale):
            snapshot = read()
        with suppress(OSError):
            self._keep(path, packed(snapshot, key))
        return snapshot

    def _keep(self, path: Path, data: bytes) -> None:
        """Write it whole or not at all, and forget those that were not used for longest."""
        self._folder.mkdir(parents=True, exist_ok=True)
        keep_whole(path, data)
        entries = sorted(self._folder.glob("*.osv"), key=lambda entry: entry.stat().st_mtime)
        for old in entries[:-_KEPT]:
            old.unlink(missing_ok=True)


def _bytes(path: Path) -> bytes:
    with path.open("rb") as stream:
        if os.fstat(stream.fileno()).st_size > _MAX_BYTES:
            raise Stale("too large")
        data = stream.read(_MAX_BYTES)
    with suppress(OSError):
        os.utime(path)
    return data
