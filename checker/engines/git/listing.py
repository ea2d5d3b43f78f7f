"""Tree entries by a name that can be shown, whatever bytes the real name has. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from checker.errors import InputError
from checker.escape import shortened, visible
from checker.model.entries import Entries
from checker.model.skill import Entry, FileKind

_MODES = {
    "100644": FileKind.FILE,
    "100664": FileKind.FILE,  # written by very old versions of git
    "100755": FileKind.EXECUTABLE,
    "120000": FileKind.SYMLINK,
    "160000": FileKind.GITLINK,
}
_REGULAR = (FileKind.FILE, FileKind.EXECUTABLE)
#: A part of a path that is empty, `.`, `..` or `.git`: git makes none, a forged tree may hold any.
_FORGED = re.compile(r"(?:^|/)(?:\.{0,2}|\.git)(?:/|\Z)", re.IGNORECASE)


def kind_of_mode(mode: str) -> FileKind:
    """Kind for a git file mode in octal; what git does not write is `special`."""
    return _MODES.get(mode, FileKind.SPECIAL)


class Listing:
    """Collects entries. One that cannot be used stays, as `special`: its skill must not look clean."""

    def __init__(self) -> None:
        """Start empty."""
        self._entries: dict[str, Entry] = {}
        self._problems: dict[str, None] = {}

    @property
    def problems(self) -> tuple[str, ...]:
        """Each problem once, as a sentence safe to print."""
        return tuple(self._problems)

    def add(self, raw: bytes, kind: FileKind, digest: str) -> None:
        """Add the entry with the name `raw` (bytes of the tree, "/" between parts)."""
        try:
            path = raw.decode()
        except UnicodeDecodeError:
            path = raw.decode("utf-8", "backslashreplace")
            kind = self.report(path, "the name is not UTF-8")
        if _FORGED.search(path):
            kind = self.report(path, "no file in a repository may have this name")
        if path in self._entries:
            kind = self.report(path, "two entries have this name, or look the same when shown")
        self._entries[path] = Entry(path=path, kind=kind, digest=digest)

    def report(self, path: str, why: str) -> FileKind:
        """Note a problem with `path`; returns the kind its entry gets."""
        self.note(f"{shortened(visible(path), 200)}: {why}")
        return FileKind.SPECIAL

    def note(self, sentence: str) -> None:
        """Note a problem of the whole tree."""
        self._problems[sentence] = None

    def sorted(self) -> Entries:
        """All entries by path, sorted, read-only."""
        return Entries(dict(sorted(self._entries.items())))


def regular(entries: Mapping[str, Entry], path: str) -> Entry:
    """The entry of a regular file. Raises InputError where `path` is missing or something else."""
    entry = entries.get(path)
    if entry is None:
        raise InputError("there is no such file", path)
    if entry.kind not in _REGULAR:
        raise InputError(f"not a regular file but a {entry.kind} entry", path)
    return entry


def symlink(entries: Mapping[str, Entry], path: str) -> Entry:
    """The entry of a symbolic link. Raises InputError where `path` is none."""
    entry = entries.get(path)
    if entry is None or entry.kind is not FileKind.SYMLINK:
        raise InputError("there is no such symbolic link", path)
    return entry
