"""A tree in memory: a dict of paths in, the `Tree` Protocol out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from checker.errors import InputError
from checker.escape import visible
from checker.model.skill import Entry, FileKind


@dataclass(frozen=True)
class Symlink:
    """A symbolic link; `target` is kept as written."""

    target: str


@dataclass(frozen=True)
class Gitlink:
    """A submodule at a commit."""

    commit: str = "0" * 40


@dataclass(frozen=True)
class Special:
    """A FIFO, a device, or a name that cannot be used; `why` becomes one of the tree's problems."""

    why: str = ""


@dataclass(frozen=True)
class Executable:
    """A file with the executable bit."""

    content: bytes


Content = bytes | str | Symlink | Gitlink | Special | Executable


class MemoryTree:
    """Satisfies `checker.tools.Tree`. Text stands for its UTF-8 bytes."""

    def __init__(self, files: Mapping[str, Content] | None = None, revision: str = "0" * 40) -> None:
        self.revision = revision
        given = files or {}
        self._files = {path: c.encode() if isinstance(c, str) else c for path, c in sorted(given.items())}
        self._entries = {path: _entry(path, content) for path, content in self._files.items()}
        self.problems = tuple(
            f"{visible(path)}: {c.why}" for path, c in self._files.items() if isinstance(c, Special) and c.why
        )

    def entries(self) -> Mapping[str, Entry]:
        return MappingProxyType(self._entries)

    def read(self, path: str, limit: int) -> bytes:
        content = self._files.get(path)
        if content is None:
            raise InputError("there is no such file", path)
        data = content.content if isinstance(content, Executable) else content
        if not isinstance(data, bytes):
            raise InputError(f"not a regular file but a {self._entries[path].kind} entry", path)
        if len(data) > limit:
            raise InputError(f"{len(data)} bytes, at most {limit} are read", path)
        return data

    def link_target(self, path: str) -> str:
        content = self._files.get(path)
        if not isinstance(content, Symlink):
            raise InputError("there is no such symbolic link", path)
        return content.target

    def with_files(self, files: Mapping[str, Content | None]) -> MemoryTree:
        """Another tree with these files put in, or taken out where the content is None."""
        merged: dict[str, Content | None] = {**self._files, **files}
        return MemoryTree({path: c for path, c in merged.items() if c is not None}, self.revision)


def _entry(path: str, content: Content) -> Entry:
    kinds = {
        Symlink: FileKind.SYMLINK,
        Gitlink: FileKind.GITLINK,
        Special: FileKind.SPECIAL,
        Executable: FileKind.EXECUTABLE,
    }
    digest = hashlib.sha256(repr(content).encode()).hexdigest()
    return Entry(path=path, kind=kinds.get(type(content), FileKind.FILE), digest=digest)
