"""What was worked out for single skills before, and whether it still holds.

A note is found by a digest of the skill's own entries. It names everything else that was asked for while it
was worked out, and a digest of what was there: where that differs today, there is no note. So the same note
serves any revision of any branch, and a note is never a guess.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Generic, TypeVar, cast

from checker.load.watched import Asked, Watched
from checker.model.entries import Entries
from checker.model.skill import Entry
from checker.tools import Store, Tree

T = TypeVar("T")


@dataclass(frozen=True)
class Note(Generic[T]):
    """A value, and what was asked for outside of the skill to work it out."""

    value: T
    asked: Asked


@dataclass
class Notes(Generic[T]):
    """The notes of one kind. Without a store, nothing is known and nothing is kept.

    `write` makes JSON of a value, `read` is its inverse and raises ValueError for anything else.
    """

    kind: str
    write: Callable[[T], object]
    read: Callable[[object], T]
    store: Store | None = None
    scope: str = ""
    _used: dict[str, object] = field(default_factory=dict)

    def take(self, tree: Tree, own: Sequence[Entry], about: object, work: Callable[[Tree], T]) -> Note[T]:
        """What `work` says over the tree, from a note where there is one.

        `own` are the skill's entries, and `about` is whatever else `work` rests on, as JSON has it.
        """
        entries, key = Entries.of(tree.entries()), digest(about, rows(own))
        if (note := self._found(key, entries)) is not None:
            return note
        watched = Watched(tree)
        note = Note(work(watched), watched.asked)
        note.asked.paths.difference_update(entry.path for entry in own)
        if not note.asked.everything:
            self._used[key] = _row(self.write(note.value), note.asked, entries)
        return note

    def keep(self) -> None:
        """Write down what is new. Notes that this run had no use for stay until they are the most."""
        if self.store is None or self._used.keys() <= self._known.keys():
            return
        others = self._known if len(self._known) <= 2 * len(self._used) else {}
        self.store.put(self.kind, self.scope, {**others, **self._used})

    @cached_property
    def _known(self) -> dict[str, object]:
        found = self.store.get(self.kind, self.scope) if self.store is not None else None
        return found if isinstance(found, dict) else {}

    def _found(self, key: str, entries: Entries) -> Note[T] | None:
        row = self._known.get(key)
        try:
            value, paths, folders, state = cast("tuple[object, list[str], list[str], str]", row)
            holds = not (paths or folders) or _state(entries, paths, folders) == state
            note = Note(self.read(value), Asked(set(paths), set(folders))) if holds else None
        except (TypeError, ValueError, AttributeError):  # no note of ours: as good as none
            return None
        if note is not None:
            self._used[key] = row
        return note


@dataclass(frozen=True)
class Recall:
    """Where notes are kept. `scope` names the repository, so that none pushes another's notes out."""

    store: Store | None = None
    scope: str = ""

    def notes(self, kind: str, write: Callable[[T], object], read: Callable[[object], T]) -> Notes[T]:
        """The notes of one kind; see `Notes`."""
        return Notes(kind, write, read, self.store, self.scope)


#: Nothing is known, and nothing is kept.
NOTHING = Recall()


def digest(*parts: object) -> str:
    """One digest of JSON values."""
    return hashlib.sha256(json.dumps(parts, separators=(",", ":")).encode()).hexdigest()


def rows(entries: Iterable[Entry]) -> list[tuple[str, str, str]]:
    """Entries as JSON has them."""
    return [(entry.path, entry.kind, entry.digest) for entry in entries]


def _row(value: object, asked: Asked, entries: Entries) -> list[object]:
    paths, folders = sorted(asked.paths), sorted(asked.folders)
    return [value, paths, folders, _state(entries, paths, folders)]


def _state(entries: Entries, paths: Sequence[str], folders: Sequence[str]) -> str:
    """A digest of what is at these paths and below these folders."""
    alone = rows(entries[path] for path in paths if path in entries)
    return digest(alone, [rows(entries[path] for path in entries.below(folder)) for folder in folders])
