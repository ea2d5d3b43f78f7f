"""The entries of one tree, sorted by path. Of tens of thousands a run looks at few."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from checker.model.skill import Entry, FileKind

REGULAR = (FileKind.FILE, FileKind.EXECUTABLE)


class Entries(Mapping[str, Entry]):
    """Entry by path. A subclass may make each entry when it is asked for."""

    def __init__(self, listed: Mapping[str, Entry]) -> None:
        """`listed` is sorted by path, and nobody changes it."""
        self._listed = listed

    @classmethod
    def of(cls, entries: Mapping[str, Entry]) -> Entries:
        """The same entries with what a plain mapping does not tell."""
        return entries if isinstance(entries, Entries) else Entries(dict(sorted(entries.items())))

    def __getitem__(self, path: str) -> Entry:
        return self._listed[path]

    def __contains__(self, path: object) -> bool:
        return path in self._listed

    def __iter__(self) -> Iterator[str]:
        return iter(self._listed)

    def __len__(self) -> int:
        return len(self._listed)

    @cached_property
    def paths(self) -> Sequence[str]:
        """Every path, sorted."""
        return list(self)

    def below(self, folder: str) -> Sequence[str]:
        """The paths under `folder` ("." is the root), sorted."""
        if folder == ".":
            return self.paths
        stem = folder.rstrip("/")  # "0" is the character after "/"
        start, end = bisect_left(self.paths, f"{stem}/"), bisect_left(self.paths, f"{stem}0")
        return self.paths[start:end]

    @cached_property
    def irregular(self) -> Sequence[Entry]:
        """What is no file: links, submodules and what cannot be used, by path."""
        return [entry for entry in self.values() if entry.kind not in REGULAR]

    def differing(self, other: Entries) -> frozenset[str]:
        """The paths whose entries differ, or that are in one of the two alone."""
        return differing(dict(self), dict(other))


def differing(one: Mapping[str, object], other: Mapping[str, object]) -> frozenset[str]:
    """The keys that do not have the same value in both."""
    return frozenset(
        {key for key, value in one.items() if other.get(key) != value} | (other.keys() - one.keys())
    )
