"""What Proctor found out before, kept in the cache folder as small records, found by what it was made of.

A record is a file of its own. Its name is a digest of its kind, its key, the layout below and Proctor's
version; its first line is a digest of that name and of the bytes that follow, so that a record that is
damaged, cut off, renamed or of another version is no record. Nor is one that belongs to somebody else, that
others may write to, or that is reached through a symbolic link. Such records are as good as absent.

The digest tells a mistake, not a forger: whoever may write as the user that runs Proctor decides what it
knows. A record that cannot be written costs time, nothing else.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from contextlib import suppress
from pathlib import Path

from checker import __version__
from checker.engines.whole_file import PARTIAL, keep_whole

#: Raise it when records are written in another way: those written before are then not read again.
_LAYOUT = 1
_MAX_BYTES = 256 * 1024 * 1024
_KIND = re.compile(r"[a-z][a-z0-9-]{0,40}")
_SUFFIX = ".json"


class FolderStore:
    """Records in `folder`, made when the first is written. Safe for several threads and processes."""

    def __init__(self, folder: Path) -> None:
        """Nothing is read or made before it is asked."""
        self._folder = folder

    def get(self, kind: str, key: object) -> object | None:
        """The value that was put under this kind and key, as JSON gives it back; None where there is none.

        Never raises for anything on the disk.
        """
        path = self._path(kind, key)
        try:
            return _unsealed(path.stem, self._bytes(path))
        except (OSError, ValueError, RecursionError):
            return None

    def put(self, kind: str, key: object, value: object) -> None:
        """Keep a value that JSON can hold, whole or not at all. Never raises for anything on the disk."""
        path = self._path(kind, key)
        data = _sealed(path.stem, value)
        with suppress(OSError):
            self._write(path, data)

    def trim(self, kind: str, most: int) -> None:
        """Leave the `most` records of a kind that were used last."""
        with suppress(OSError):
            entries = sorted((self._folder / kind).iterdir(), key=lambda entry: entry.lstat().st_mtime_ns)
            for old in entries[: max(0, len(entries) - most)]:
                old.unlink(missing_ok=True)

    def _path(self, kind: str, key: object) -> Path:
        if not _KIND.fullmatch(kind):
            raise ValueError(f"not a kind of record: {kind!r}")
        name = hashlib.sha256(_json([_LAYOUT, __version__, kind, key])).hexdigest()
        return self._folder / kind / f"{name}{_SUFFIX}"

    def _bytes(self, path: Path) -> bytes:
        self._refuse_links(path.parent)
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        with os.fdopen(os.open(path, flags | getattr(os, "O_BINARY", 0)), "rb") as stream:
            _refuse_foreign(os.fstat(stream.fileno()))
            data = stream.read()
        with suppress(OSError):  # a folder that may only be read from; else this is when it was last used
            os.utime(path)
        return data

    def _write(self, path: Path, data: bytes) -> None:
        self._refuse_links(path.parent)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._refuse_links(path.parent)
        keep_whole(path, data)

    def _refuse_links(self, kind: Path) -> None:
        """Raise OSError where a folder of ours is a link: nobody knows what is behind it, or who else is."""
        for folder in (self._folder, kind):
            if folder.is_symlink():
                raise OSError(f"{folder} is a symbolic link")


def _refuse_foreign(found: os.stat_result) -> None:
    """Raise OSError for what is no plain file of this user alone, or too large."""
    own = getattr(os, "geteuid", lambda: found.st_uid)() == found.st_uid
    private = os.name == "nt" or not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    if not (stat.S_ISREG(found.st_mode) and own and private and found.st_size <= _MAX_BYTES):
        raise OSError("not a record of this user's")


def _sealed(name: str, value: object) -> bytes:
    payload = _json(value)
    return _digest(name, payload) + b"\n" + payload


def _unsealed(name: str, data: bytes) -> object:
    """The value of a record. Raises ValueError where it is not the one of that name, as it was written."""
    digest, _, payload = data.partition(b"\n")
    if digest != _digest(name, payload):
        raise ValueError("not the record of that name")
    return json.loads(payload)


def _digest(name: str, payload: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + payload).hexdigest().encode()


def _json(value: object) -> bytes:
    """One form for equal values: the order of a mapping's keys does not count."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def files(folder: Path) -> list[Path]:
    """Every file of a store, for whoever cleans up; none behind a symbolic link. Raises OSError."""
    if folder.is_symlink() or not folder.is_dir():
        return []
    kinds = [kind for kind in sorted(folder.iterdir()) if kind.is_dir() and not kind.is_symlink()]
    found = (path for kind in kinds for path in sorted(kind.iterdir()) if not path.is_symlink())
    return [path for path in found if path.is_file() and path.suffix in (_SUFFIX, PARTIAL)]
