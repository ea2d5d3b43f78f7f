"""A tree with some files replaced: what the repository would be after an edit."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from checker.errors import InputError
from checker.model.skill import Entry, FileKind
from checker.tools import Tree


class Overlay:
    """Satisfies `Tree`. `files` maps paths to their new content."""

    def __init__(self, tree: Tree, files: Mapping[str, bytes]) -> None:
        """`tree` stays as it is."""
        self._tree, self._files = tree, dict(files)
        made = {path: _entry(path, data) for path, data in self._files.items()}
        self._entries = dict(sorted({**tree.entries(), **made}.items()))

    @property
    def revision(self) -> str:
        """That of the tree below."""
        return self._tree.revision

    @property
    def problems(self) -> Sequence[str]:
        """Those of the tree below."""
        return self._tree.problems

    def entries(self) -> Mapping[str, Entry]:
        """Every entry by path, sorted."""
        return self._entries

    def read(self, path: str, limit: int) -> bytes:
        """Content of a regular file; see `checker.tools.Tree`."""
        if path not in self._files:
            return self._tree.read(path, limit)
        if len(self._files[path]) > limit:
            raise InputError(f"{len(self._files[path])} bytes, at most {limit} are read", path)
        return self._files[path]

    def link_target(self, path: str) -> str:
        """That of the tree below."""
        return self._tree.link_target(path)


def _entry(path: str, data: bytes) -> Entry:
    return Entry(path=path, kind=FileKind.FILE, digest=hashlib.sha256(data).hexdigest())
