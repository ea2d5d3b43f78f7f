"""A tree that notes what is asked of it: what an answer was made of, and so when it still holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field

from checker.errors import Unanswered
from checker.model.entries import Entries
from checker.model.skill import Entry
from checker.tools import Tree


@dataclass
class Asked:
    """What was asked for: single paths, there or not, and folders with all below.

    `everything` where it cannot be told: the answer may be another one the next time.
    """

    paths: set[str] = field(default_factory=set)
    folders: set[str] = field(default_factory=set)
    everything: bool = False

    def meets(self, changed: Set[str], above: Set[str]) -> bool:
        """Whether the answer may differ where these paths do; `above` are all folders above them."""
        return self.everything or not (self.paths.isdisjoint(changed) and self.folders.isdisjoint(above))


class Watched:
    """Satisfies `checker.tools.Tree` by the tree that is watched."""

    def __init__(self, tree: Tree) -> None:
        """Nothing was asked for yet."""
        self._tree, self.asked = tree, Asked()
        self._entries = _WatchedEntries(Entries.of(tree.entries()), self.asked)

    @property
    def revision(self) -> str:
        """That of the tree."""
        return self._tree.revision

    @property
    def problems(self) -> Sequence[str]:
        """Those of the tree."""
        self.asked.everything = True
        return self._tree.problems

    def entries(self) -> Entries:
        """Every entry by path, sorted."""
        return self._entries

    def read(self, path: str, limit: int) -> bytes:
        """Content of a regular file; see `checker.tools.Tree`."""
        self.asked.paths.add(path)
        try:
            return self._tree.read(path, limit)
        except Unanswered:  # it may be had the next time, and nothing in the tree would tell
            self.asked.everything = True
            raise

    def link_target(self, path: str) -> str:
        """Raw target of a symlink; see `checker.tools.Tree`."""
        self.asked.paths.add(path)
        try:
            return self._tree.link_target(path)
        except Unanswered:
            self.asked.everything = True
            raise


class _WatchedEntries(Entries):
    def __init__(self, entries: Entries, asked: Asked) -> None:
        self._entries, self._asked = entries, asked

    def __getitem__(self, path: str) -> Entry:
        self._asked.paths.add(path)
        return self._entries[path]

    def __contains__(self, path: object) -> bool:
        self._asked.paths.add(str(path))
        return path in self._entries

    def __iter__(self) -> Iterator[str]:
        self._asked.everything = True
        return iter(self._entries)

    def __len__(self) -> int:
        self._asked.everything = True
        return len(self._entries)

    def below(self, folder: str) -> Sequence[str]:
        """The paths under `folder` ("." is the root), sorted."""
        self._asked.folders.add(folder)
        return self._entries.below(folder)
