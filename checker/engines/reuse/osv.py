"""What an OSV server said within the hour, remembered: the ids of a pin, and records by their ids.

Evidence is kept here, not answers. An answer on one pin may rest on records that other pins were returned,
so answers are worked out in each scan, from what is remembered and from what only then is asked. Only what
was had in full is remembered: no pin with a failure or without a last page, no record that was not found,
could not be read or was another than the one asked for.

Where the server names a record now, what an earlier run had of it counts only if the server dates it no
later: its present word is never overruled.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AwareDatetime, Field, TypeAdapter

from checker import __version__
from checker.engines.osv_api import Matches, OsvSource
from checker.engines.reuse.answers import NOT_OURS
from checker.engines.reuse.kept import Kept, moment
from checker.errors import Unanswered
from checker.model.lock import Pin
from checker.rules.osv.packed import FORMAT, record_of, row_of
from checker.rules.osv.ranges import EventKind
from checker.rules.osv.record import Record
from checker.rules.osv.schema import ID

IDS, RECORDS = "osv-ids", "osv-records"
#: Pieces kept on one shelf; beyond that it begins anew.
_MOST = 50_000
_Value = TypeVar("_Value")


class OsvMemory:
    """What one run remembers of the server at `url`: what earlier runs kept, and what it was told itself.

    For any number of scans and threads.
    """

    def __init__(self, kept: Kept, url: str) -> None:
        """Nothing is read before it is asked."""
        self._kept, self._url = kept, url
        self._lock = Lock()
        self._shelves: tuple[object, _Shelf[frozenset[str]], _Shelf[Record]] | None = None

    def over(self, source: OsvSource) -> OsvSource:
        """`source`, asked only for what is not remembered of this hour (UTC)."""
        key = [self._url, f"{self._kept.now():%Y-%m-%dT%H}Z", __version__, FORMAT]
        with self._lock:
            if self._shelves is None or self._shelves[0] != key:
                ids = _Shelf(self._kept, IDS, key, _Form(sorted, _ids))
                self._shelves = key, ids, _Shelf(self._kept, RECORDS, key, _Form(row_of, _record))
            _, ids, records = self._shelves
        return _Remembering(source, ids, records)


@dataclass(frozen=True)
class _Form(Generic[_Value]):
    """How a value is written as JSON and read again by its name. `read` raises one of `NOT_OURS`."""

    written: Callable[[_Value], object]
    read: Callable[[str, object], _Value]


@dataclass(frozen=True)
class _Piece(Generic[_Value]):
    """A value, and when an earlier run was told it; None for what this run was told."""

    value: _Value
    when: dt.datetime | None


class _Shelf(Generic[_Value]):
    """Values of one kind and hour by name, each with its date."""

    def __init__(self, kept: Kept, kind: str, key: object, form: _Form[_Value]) -> None:
        self._kept, self._kind, self._key, self._form = kept, kind, key, form
        seen = kept.get(kind, key)
        self._dated: dict[str, object] = seen.value if seen and isinstance(seen.value, dict) else {}
        self._own: dict[str, _Value] = {}
        self._lock = Lock()

    def find(self, names: Iterable[str]) -> dict[str, _Piece[_Value]]:
        """Those that count, by name."""
        with self._lock:
            found = ((name, self._piece(name)) for name in names)
            return {name: piece for name, piece in found if piece is not None}

    def keep(self, told: Mapping[str, _Value]) -> None:
        """Remember for this run, and for later ones where it may."""
        if not told:
            return
        now = self._kept.now().isoformat()
        new: dict[str, object] = {name: [now, self._form.written(one)] for name, one in told.items()}
        with self._lock:
            self._own.update(told)
            every = {**self._dated, **new}
            self._dated = every if len(every) <= _MOST else new
            self._kept.put(self._kind, self._key, self._dated)

    def _piece(self, name: str) -> _Piece[_Value] | None:
        if name in self._own:
            return _Piece(self._own[name], None)
        match self._dated.get(name):
            case [str(date), value] if (when := moment(date)) is not None and when <= self._kept.now():
                with suppress(*NOT_OURS):
                    return _Piece(self._form.read(name, value), when)
        return None


class _Remembering:
    """Satisfies `OsvSource` for one scan."""

    def __init__(self, source: OsvSource, ids: _Shelf[frozenset[str]], records: _Shelf[Record]) -> None:
        self._source, self._ids, self._records = source, ids, records
        self.earlier: dict[Pin | str, dt.datetime] = {}
        self._changed: Mapping[str, dt.datetime | None] = {}

    def matches(self, pins: Iterable[Pin]) -> Matches:
        """Ids by pin; only those of pins that were not fully answered for before are asked."""
        asked = {str(pin): pin for pin in pins}
        found = self._ids.find(asked)
        known = {asked[text]: piece for text, piece in found.items()}
        self._note(known)
        missing = [pin for text, pin in asked.items() if text not in found]
        said = self._source.matches(missing) if missing else Matches()
        self._changed = said.changed
        whole = said.ids.keys() - said.failed.keys()
        self._ids.keep({str(pin): frozenset(said.ids[pin]) for pin in whole})
        ids = said.ids | {pin: set(piece.value) for pin, piece in known.items()}
        return Matches(ids, said.failed, said.changed)

    def records(self, names: Iterable[str]) -> Mapping[str, Record | Unanswered | None]:
        """Each record; only those that were not had before are asked for."""
        asked = sorted(set(names))
        known = {name: one for name, one in self._records.find(asked).items() if self._stands(name, one)}
        self._note(known)
        missing = [name for name in asked if name not in known]
        said = self._source.records(missing) if missing else {}
        self._records.keep({name: one for name, one in said.items() if isinstance(one, Record)})
        return {name: known[name].value if name in known else said[name] for name in asked}

    def _stands(self, name: str, known: _Piece[Record]) -> bool:
        """Whether it is the record that the server names now, as far as it does."""
        if known.when is None or name not in self._changed:
            return True
        changed = self._changed[name]
        return changed is not None and changed <= known.value.modified

    def _note(self, known: Mapping[Any, _Piece[Any]]) -> None:
        self.earlier |= {name: piece.when for name, piece in known.items() if piece.when is not None}


_Id = Annotated[str, Field(pattern=ID)]
_Date = AwareDatetime | None
_Event = tuple[EventKind, str | None]
_Affected = tuple[str, list[list[_Event]], list[str]]
_Row = tuple[_Id, tuple[AwareDatetime, _Date, _Date], list[_Id], list[_Id], str, str, list[_Affected]]


@cache
def _adapter(shape: Any) -> TypeAdapter[Any]:
    return TypeAdapter(shape)


def _ids(_: str, value: object) -> frozenset[str]:
    return frozenset(_adapter(list[_Id]).validate_python(value))


def _record(name: str, value: Any) -> Record:
    _adapter(_Row).validate_python(value)
    found = record_of(value)
    if found.id != name:
        raise ValueError(f"the record of another id than {name}")
    return found
