"""Where a symbolic link of a tree leads. Links are followed inside the tree only, as a file system would."""

from __future__ import annotations

import posixpath
from functools import cached_property
from typing import NamedTuple

from checker.errors import InputError
from checker.model.entries import Entries
from checker.model.skill import Entry, FileKind
from checker.tools import Tree

_MAX_HOPS = 40

ESCAPES = "leads out of the repository"
DANGLES = "leads to nothing in the repository"
LOOPS = "goes in a circle"
SUBMODULE = "leads into a submodule"


class Destination(NamedTuple):
    """Where a path leads: `path` is free of links, `through` are the links passed, in order.

    `failure` says in words why it leads nowhere (then `path` is as far as it got); empty where it arrives.
    """

    path: str
    through: tuple[str, ...] = ()
    failure: str = ""


class Links:
    """Follows the symbolic links of one tree."""

    def __init__(self, tree: Tree) -> None:
        """Nothing is read before it is asked for."""
        self._tree = tree

    def below(self, folder: str) -> list[Entry]:
        """Every entry under `folder` ("." is the root), by path."""
        return [self._entries[path] for path in self._entries.below(folder)]

    def at(self, path: str) -> list[Entry]:
        """The entry at `path`, or all those below it where it is a folder."""
        entry = self._entries.get(path)
        return [entry] if entry is not None else self.below(path)

    def follow(self, path: str) -> Destination:
        """Follow `path` (inside the tree) through every link on its way, its own last part too."""
        left, here = path.split("/"), ""
        through: list[str] = []
        while left:
            part = left.pop(0)
            if part == ".." and not here:
                return Destination(here, tuple(through), ESCAPES)
            here = _step(here, part)
            entry = self._entries.get(here)
            if entry is not None and entry.kind is FileKind.SYMLINK:
                target, failure = self._target(here, len(through))
                through.append(here)
                if failure:
                    return Destination(here, tuple(through), failure)
                left, here = [*target.split("/"), *left], posixpath.dirname(here)
            elif entry is not None and entry.kind is FileKind.GITLINK:
                return Destination(here, tuple(through), SUBMODULE if through else "")
        return Destination(here or ".", tuple(through), "" if self._leads_to(here or ".") else DANGLES)

    def _target(self, link: str, hops: int) -> tuple[str, str]:
        """Raw target of a link, and why it cannot be followed."""
        if hops >= _MAX_HOPS:
            return "", LOOPS
        try:
            target = self._tree.link_target(link)
        except InputError as error:
            return "", error.message
        return target, ESCAPES if target.startswith("/") else ""

    def _leads_to(self, path: str) -> bool:
        return path in self._entries or bool(self._entries.below(path))

    @cached_property
    def _entries(self) -> Entries:
        return Entries.of(self._tree.entries())


def _step(here: str, part: str) -> str:
    if part in ("", "."):
        return here
    if part == "..":
        return posixpath.dirname(here)
    return f"{here}/{part}" if here else part
