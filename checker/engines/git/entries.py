"""What git lists of a tree, kept as it was written until somebody asks for an entry."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property

from checker.engines.git.listing import kind_of_mode
from checker.model.entries import REGULAR, Entries, differing
from checker.model.skill import Entry

#: How the lines of nearly all files begin.
_PLAIN = ("100644 ", "100755 ")
#: As `listing._FORGED`, in names with a NUL byte between them.
_FORGED = re.compile(r"[/\0](?:\.{0,2}|\.git)[/\0]", re.IGNORECASE)


class ListedEntries(Entries):
    """Entries from lines of git. Listings differ where lines do, so no entry is made to tell that."""

    def __init__(self, lines: Mapping[str, str]) -> None:
        """`lines` has the mode, type and id of every path, sorted by path."""
        self._lines = lines
        self._made: dict[str, Entry] = {}

    @classmethod
    def read(cls, output: bytes, prefix: str) -> ListedEntries | None:
        """The entries of `ls-tree -r -z` below `prefix`; None where a name needs a closer look."""
        try:
            text = output.decode()
        except UnicodeDecodeError:
            return None
        if text.count("\t") != text.count("\0"):
            return None
        # All lines at once: looking at each of them takes three times as long.
        fields = text.replace("\0", "\t").split("\t")
        paths, about = fields[1::2], fields[:-1:2]
        lines = dict(zip(paths, about, strict=True))
        if len(lines) != len(paths) or "".join(about).count(" ") != 2 * len(about):
            return None
        if _FORGED.search("\0".join(("", *paths, ""))):
            return None
        if prefix or paths != sorted(paths):
            lines = {path[len(prefix) :]: lines[path] for path in sorted(paths) if path.startswith(prefix)}
        return cls(lines) if len(lines) == len(paths) else None

    def __getitem__(self, path: str) -> Entry:
        entry = self._made.get(path)
        if entry is None:
            mode, _, oid = self._lines[path].split(" ")
            entry = self._made[path] = Entry(path=path, kind=kind_of_mode(mode), digest=oid)
        return entry

    def __contains__(self, path: object) -> bool:
        return path in self._lines

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)

    @cached_property
    def irregular(self) -> list[Entry]:
        """What is no file: links, submodules and what cannot be used, by path."""
        odd = (self[path] for path, line in self._lines.items() if not line.startswith(_PLAIN))
        return [entry for entry in odd if entry.kind not in REGULAR]

    def differing(self, other: Entries) -> frozenset[str]:
        """The paths whose entries differ, or that are in one of the two alone."""
        if isinstance(other, ListedEntries):
            return differing(self._lines, other._lines)
        return super().differing(other)
