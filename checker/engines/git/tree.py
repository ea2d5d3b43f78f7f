"""One commit of a repository as a Tree. Content comes from git's objects, never from a checkout."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

from checker.engines.git.command import ENGINE, GitCommand
from checker.engines.git.listing import Listing, kind_of_mode, regular, symlink
from checker.engines.git.objects import Objects, TooLargeError
from checker.errors import InputError, Unanswered
from checker.escape import decode
from checker.model.skill import Entry

_MAX_LINK = 4096


class GitTree:
    """The examined folder as it is in one commit. Listed once, by one process; read on demand."""

    def __init__(
        self,
        command: GitCommand,
        objects: Objects,
        commit: str,
        fill: Callable[[Listing], None] | None = None,
    ) -> None:
        """`commit` is a full commit id; `fill` lists something else instead (the index has no id)."""
        self._command, self._objects = command, objects
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
            return self._objects.read(entry.digest, "blob", limit)
        except TooLargeError as large:
            raise InputError(f"{large.size} bytes, at most {limit} are read", entry.path) from large

    @cached_property
    def _entries(self) -> Mapping[str, Entry]:
        return self._listing.sorted()

    @cached_property
    def _listing(self) -> Listing:
        listing = Listing()
        self._fill(listing)
        return listing

    def _fill_from_commit(self, listing: Listing) -> None:
        for mode, oid, raw in self._lines():
            listing.add(raw, kind_of_mode(mode), oid)

    def _lines(self) -> Iterator[tuple[str, str, bytes]]:
        """(mode, object id, path below the examined folder) of every entry."""
        prefix = self._command.place.prefix
        below, start = ["--", prefix] if prefix else [], os.fsencode(prefix)
        done = self._command.run(
            "ls-tree", "-r", "-z", "--full-tree", "--end-of-options", self.revision, *below
        )
        for line in done.stdout.split(b"\0")[:-1]:
            meta, tab, raw = line.partition(b"\t")
            fields = meta.decode("ascii", "replace").split(" ")
            if not tab or len(fields) != 3 or not raw.startswith(start):
                raise Unanswered(ENGINE, f"unexpected line of ls-tree: {decode(line[:200], newlines=False)}")
            yield fields[0], fields[2], raw[len(start) :]
