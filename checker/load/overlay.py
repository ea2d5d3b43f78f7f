"""A tree with files put on top that are not written yet: what the loader would say of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cached_property

from checker.errors import InputError
from checker.model.entries import Entries
from checker.model.skill import Entry, FileKind
from checker.tools import Tree


class Overlay:
    """Satisfies `checker.tools.Tree`. `texts` are new files by path; they hide those below."""

    def __init__(self, tree: Tree, texts: Mapping[str, str]) -> None:
        """Nothing is read before it is asked for."""
        self._tree = tree
        self._new = {path: text.encode("utf-8") for path, text in texts.items()}

    @property
    def revision(self) -> str:
        """That of the tree below."""
        return self._tree.revision

    @property
    def problems(self) -> Sequence[str]:
        """Those of the tree below."""
        return self._tree.problems

    def entries(self) -> Entries:
        """Every entry by path, sorted, the new ones among them."""
        return self._entries

    def read(self, path: str, limit: int) -> bytes:
        """Content of a regular file; see `checker.tools.Tree`."""
        if path not in self._new:
            return self._tree.read(path, limit)
        if len(self._new[path]) > limit:
            raise InputError(f"{len(self._new[path])} bytes, at most {limit} are read", path)
        return self._new[path]

    def link_target(self, path: str) -> str:
        """Raw target of a symlink of the tree below. Raises InputError where `path` is none."""
        if path in self._new:
            raise InputError("there is no such symbolic link", path)
        return self._tree.link_target(path)

    @cached_property
    def _entries(self) -> Entries:
        new = {path: _entry(path, data) for path, data in self._new.items()}
        return Entries(dict(sorted({**self._tree.entries(), **new}.items())))


def _entry(path: str, data: bytes) -> Entry:
    digest = hashlib.sha256(data).hexdigest()
    return Entry(path=path, kind=FileKind.FILE, digest=f"not written yet: {digest}")
