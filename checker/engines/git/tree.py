"""One commit of a repository as a Tree. Content comes from git's objects, never from a checkout."""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Callable
from functools import cached_property

from checker.engines.git.ahead import WINDOW, Ahead
from checker.engines.git.command import ENGINE, GitCommand
from checker.engines.git.entries import ListedEntries
from checker.engines.git.listing import Listing, kind_of_mode, regular, symlink
from checker.engines.git.objects import Objects, TooLargeError
from checker.errors import InputError, Unanswered
from checker.escape import decode
from checker.model.entries import Entries
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
    ) -> None:
        """`commit` is a full commit id; `fill` lists something else instead (the index has no id)."""
        self._command, self._objects, self._ahead = command, objects, ahead
        self.revision = commit
        self._fill = fill

    @property
    def problems(self) -> tuple[str, ...]:
        """Names that cannot be used, each as a sentence. Raises Unanswered."""
        return self._listed[1]

    def entries(self) -> Entries:
        """Every entry by path, sorted. Raises Unanswered when git cannot list all of them."""
        return self._listed[0]

    def read(self, path: str, limit: int) -> bytes:
        """Content of a regular file; see `checker.tools.Tree`. Raises InputError and Unanswered."""
        return self._content(regular(self.entries(), path), limit)

    def link_target(self, path: str) -> str:
        """Target of a symlink as it is written. Raises InputError and Unanswered."""
        entry = symlink(self.entries(), path)
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
            ahead.fetch(self._from(entry.path))
        if (size := ahead.size(oid)) is not None and size > limit:
            raise TooLargeError(size)
        content = ahead.content(oid)
        return content if content is not None else self._objects.read(oid, "blob", limit)

    def _from(self, path: str) -> list[str]:
        """Ids of what has content, from `path` on in the order of paths, as many as are read ahead."""
        entries = self.entries()
        start = bisect_left(entries.paths, path)
        ahead = (entries[path] for path in entries.paths[start : start + WINDOW])
        return [entry.digest for entry in ahead if entry.kind not in _WITHOUT_CONTENT]

    @cached_property
    def _listed(self) -> tuple[Entries, tuple[str, ...]]:
        """The entries, and what is wrong with their names."""
        listing = Listing()
        if self._fill is not None:
            self._fill(listing)
        else:
            output = self._output()
            if (entries := ListedEntries.read(output, self._command.place.prefix)) is not None:
                return entries, ()
            self._fill_from(output, listing)
        return listing.sorted(), listing.problems

    def _fill_from(self, output: bytes, listing: Listing) -> None:
        start = os.fsencode(self._command.place.prefix)
        for line in output.split(b"\0")[:-1]:
            mode, oid, raw = _fields(line, start)
            listing.add(raw, kind_of_mode(mode), oid)

    def _output(self) -> bytes:
        """A line for every entry: mode, type and object id, a tab, the path from the repository's top."""
        prefix = self._command.place.prefix
        below = ["--", prefix] if prefix else []
        listed = ("ls-tree", "-r", "-z", "--full-tree", "--end-of-options", self.revision)
        return self._command.run(*listed, *below).stdout


def _fields(line: bytes, start: bytes) -> tuple[str, str, bytes]:
    """Mode, object id, and path below the examined folder, whose own path is `start`."""
    meta, tab, raw = line.partition(b"\t")
    fields = meta.decode("ascii", "replace").split(" ")
    if not tab or len(fields) != 3 or not raw.startswith(start):
        raise Unanswered(ENGINE, f"unexpected line of ls-tree: {decode(line[:200], newlines=False)}")
    return fields[0], fields[2], raw[len(start) :]
