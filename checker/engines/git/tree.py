"""One commit of a repository as a Tree. Content comes from git's objects, never from a checkout."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import cached_property

from checker.engines.git.ahead import WINDOW, Ahead
from checker.engines.git.command import ENGINE, GitCommand
from checker.engines.git.listing import Listing, kind_of_mode, regular, symlink
from checker.engines.git.objects import Objects, TooLargeError
from checker.errors import InputError, Unanswered
from checker.escape import decode
from checker.model.skill import Entry, FileKind

_MAX_LINK = 4096
_WITHOUT_CONTENT = (FileKind.GITLINK, FileKind.SPECIAL)


class GitTree:
    """The examined folder as it is in one commit. Listed once, by one process; read on demand."""

    def __init__(
        self,
        command: GitCommand,
        objects: Objects,
        ahead: Ahead,
        commit: str,
        fill: Callable[[Listing], None] | None = None,
        seen: dict[bytes, Entry] | None = None,
    ) -> None:
        """`commit` is a full commit id; `fill` lists something else instead (the index has no id).

        Trees that share `seen` share the entries that are alike in them, which is nearly all of them.
        """
        self._command, self._objects, self._ahead = command, objects, ahead
        self._seen = {} if seen is None else seen
        self.revision = commit
        self._fill = fill or self._fill_from_commit

    @property
    def problems(self) -> tuple[str, ...]:
        """Names that cannot be used, each as a sentence. Raises Unanswered."""
        return self._listing.problems

    def entries(self) -> Mapping[str, Entry]:
        """Every entry by path, sorted. Raises Unanswered when git cannot list all of them."""
        return self._entries

    def read(self, path: str, limit: int) -> bytes:
        """Content of a regular file; see `checker.tools.Tree`. Raises InputError and Unanswered."""
        return self._content(regular(self._entries, path), limit)

    def link_target(self, path: str) -> str:
        """Target of a symlink as it is written. Raises InputError and Unanswered."""
        entry = symlink(self._entries, path)
        try:
            return self._content(entry, _MAX_LINK).decode("utf-8")
        except UnicodeDecodeError as error:
            raise InputError("the target of the symbolic link is not UTF-8", path) from error

    def _content(self, entry: Entry, limit: int) -> bytes:
        try:
            return self._blob(entry, limit)
        except TooLargeError as large:
            raise InputError(f"{large.size} bytes, at most {limit} are read", entry.path) from large

    def _blob(self, entry: Entry, limit: int) -> bytes:
        ahead, oid = self._ahead, entry.digest
        if not ahead.settled(oid):
            start = self._order[entry.path]
            ahead.fetch(self._blobs[start : start + WINDOW])
        if (size := ahead.size(oid)) is not None and size > limit:
            raise TooLargeError(size)
        content = ahead.content(oid)
        return content if content is not None else self._objects.read(oid, "blob", limit)

    @cached_property
    def _blobs(self) -> list[str]:
        """Ids of everything that has content, in the order of paths."""
        return [entry.digest for entry in self._entries.values() if entry.kind not in _WITHOUT_CONTENT]

    @cached_property
    def _order(self) -> dict[str, int]:
        """Place of each path in `_blobs`."""
        paths = (path for path, entry in self._entries.items() if entry.kind not in _WITHOUT_CONTENT)
        return {path: place for place, path in enumerate(paths)}

    @cached_property
    def _entries(self) -> Mapping[str, Entry]:
        return self._listing.sorted()

    @cached_property
    def _listing(self) -> Listing:
        listing = Listing()
        self._fill(listing)
        return listing

    def _fill_from_commit(self, listing: Listing) -> None:
        start = os.fsencode(self._command.place.prefix)
        for line in self._lines():
            known = self._seen.get(line)
            if known is not None and listing.add_again(known):
                continue
            mode, oid, raw = _fields(line, start)
            entry = listing.add(raw, kind_of_mode(mode), oid)
            if entry.kind is not FileKind.SPECIAL:
                self._seen[line] = entry

    def _lines(self) -> list[bytes]:
        """A line for every entry: mode, type and object id, a tab, the path from the repository's top."""
        prefix = self._command.place.prefix
        below = ["--", prefix] if prefix else []
        done = self._command.run(
            "ls-tree", "-r", "-z", "--full-tree", "--end-of-options", self.revision, *below
        )
        return done.stdout.split(b"\0")[:-1]


def _fields(line: bytes, start: bytes) -> tuple[str, str, bytes]:
    """Mode, object id, and path below the examined folder, whose own path is `start`."""
    meta, tab, raw = line.partition(b"\t")
    fields = meta.decode("ascii", "replace").split(" ")
    if not tab or len(fields) != 3 or not raw.startswith(start):
        raise Unanswered(ENGINE, f"unexpected line of ls-tree: {decode(line[:200], newlines=False)}")
    return fields[0], fields[2], raw[len(start) :]
