"""Blobs read before anybody asks for them: one round trip to git for dozens of files instead of one for each.

Whoever reads a tree reads it in order, so the files after the one asked for are read along with it. This is
only haste: what cannot be had this way is asked for by itself, and says by itself what is wrong.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence

from checker.engines.conversation import Conversation
from checker.engines.git.command import GitCommand
from checker.engines.git.objects import object_id
from checker.errors import Unanswered

#: Blobs of one round trip. Their ids must fit into a pipe (4 kB at least), or both sides wait for each other.
WINDOW = 60
#: Larger blobs are left to whoever wants them; above the second number all that was kept is forgotten.
_EACH, _KEPT = 512 * 1024, 8 * 1024 * 1024


class Ahead:
    """Sizes and contents of blobs, by id. Safe for several threads."""

    def __init__(self, command: GitCommand, algorithm: str) -> None:
        """`algorithm` is the repository's object format. Nothing is started yet."""
        self._command, self._algorithm = command, algorithm
        self._lock = threading.Lock()
        self._talks: dict[str, Conversation] = {}
        self._sizes: dict[str, int | None] = {}
        self._kept: dict[str, bytes] = {}
        self._bytes = 0
        self._usable = True

    def size(self, oid: str) -> int | None:
        """Size in bytes of the blob `oid`, where it is known."""
        return self._sizes.get(oid)

    def content(self, oid: str) -> bytes | None:
        """Content of the blob `oid`, checked against its id, where it is at hand."""
        return self._kept.get(oid)

    def settled(self, oid: str) -> bool:
        """Whether fetching `oid` would tell nothing new: it is at hand, too large, or not to be had."""
        if oid in self._kept or not self._usable:
            return True
        return oid in self._sizes and not self._small(oid)

    def fetch(self, oids: Iterable[str]) -> None:
        """Ask for at most `WINDOW` blobs at once. Never raises: what fails is asked for by itself."""
        with self._lock:
            try:
                self._fetch(list(dict.fromkeys(oids))[:WINDOW])
            except Unanswered:  # in a partial clone git may end at the first object that is not there
                self._end()

    def close(self) -> None:
        """End the processes and forget everything."""
        with self._lock:
            self._end()
            self._kept.clear()
            self._sizes.clear()

    def _end(self) -> None:
        self._usable = False
        for talk in self._talks.values():
            talk.close()
        self._talks.clear()

    def _fetch(self, oids: Sequence[str]) -> None:
        if not self._usable:
            return
        unknown = [oid for oid in oids if oid not in self._sizes]
        self._sizes.update(zip(unknown, self._sizes_of(unknown), strict=True))
        if self._bytes > _KEPT:
            self._kept.clear()
            self._bytes = 0
        for oid, content in self._contents([o for o in oids if o not in self._kept and self._small(o)]):
            if object_id(self._algorithm, "blob", content) == oid:
                self._kept[oid] = content
                self._bytes += len(content)

    def _small(self, oid: str) -> bool:
        size = self._sizes[oid]
        return size is not None and size <= _EACH

    def _sizes_of(self, oids: Sequence[str]) -> Iterator[int | None]:
        talk = self._asked("--batch-check", oids)
        for _ in oids:
            yield _size(talk.line())

    def _contents(self, oids: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        talk = self._asked("--batch", oids)
        for oid in oids:
            if (size := _size(talk.line())) is not None:
                yield oid, talk.take(size + 1)[:-1]

    def _asked(self, flag: str, oids: Sequence[str]) -> Conversation:
        talk = self._talks.get(flag)
        if talk is None:
            talk = self._talks[flag] = self._command.conversation("cat-file", flag)
        talk.send("".join(f"{oid}\n" for oid in oids).encode())
        return talk


def _size(header: bytes) -> int | None:
    """Size from `<id> blob <size>`; None where the object is missing or something else."""
    match header.split(b" "):
        case [_, b"blob", digits] if digits.isdigit():
            return int(digits)
        case [_, b"missing"]:
            return None
    raise Unanswered("git", "no blob")
