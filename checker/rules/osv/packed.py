"""A snapshot as one file that opens fast: tables first, then one record a line, read when it is asked for.

Whatever is wrong with such a file is `Stale`, never a smaller database: the checksum covers every byte, and
the key names the documents and the code that read them.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from packaging.utils import NormalizedName
from packaging.version import Version

from checker.model.severity import Severity
from checker.rules.osv.database import Database, Tables
from checker.rules.osv.ranges import Event
from checker.rules.osv.record import Affected, Record
from checker.rules.osv.snapshot import Snapshot

#: Part of every key: to be raised when the form changes, or when records are read in another way.
FORMAT = "1"


class Stale(ValueError):
    """The bytes are no packed snapshot, are damaged, or were made of something else."""


def packed(snapshot: Snapshot, key: str) -> bytes:
    """The snapshot as bytes, for `unpacked` with the same key."""
    database = snapshot.database
    ids = database.ids()
    records = (row_of(record) for name in ids if (record := database.record(name)) is not None)
    rows = [_table(snapshot, ids, key), *records]
    body = "\n".join(json.dumps(row, separators=(",", ":")) for row in rows).encode()
    return f"{hashlib.sha256(body).hexdigest()}\n".encode() + body


def unpacked(data: bytes, key: str) -> Snapshot:
    """The snapshot that was packed under this key. Raises Stale."""
    checksum, _, body = data.partition(b"\n")
    if hashlib.sha256(body).hexdigest().encode() != checksum:
        raise Stale("damaged")
    first, *lines = body.split(b"\n")
    try:
        table = json.loads(first)
        made_of = table["key"]
        snapshot = _snapshot(table, _Records(dict(zip(table["ids"], lines, strict=True))))
    except (ValueError, LookupError, TypeError, AttributeError) as problem:
        raise Stale("not a packed snapshot") from problem
    if made_of != key:
        raise Stale("made of something else")
    return snapshot


class _Records(Mapping[str, Record]):
    """Records by id, each read from its line at most once."""

    def __init__(self, lines: Mapping[str, bytes]) -> None:
        self._lines = lines
        self._read: dict[str, Record] = {}

    def __getitem__(self, name: str) -> Record:
        if name not in self._read:
            self._read[name] = record_of(json.loads(self._lines[name]))
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)


def _table(snapshot: Snapshot, ids: tuple[str, ...], key: str) -> dict[str, Any]:
    tables = snapshot.database.tables
    return {
        "key": key,
        "ids": ids,
        "names": dict(tables.names),
        "family": dict(tables.family),
        "severity": dict(tables.severity),
        "digest": snapshot.digest,
        "dates": [date.isoformat() for date in snapshot.dates],
        "withdrawn": snapshot.withdrawn,
        "skipped": snapshot.skipped,
        "doubtful": dict(snapshot.doubtful),
    }


def _snapshot(table: dict[str, Any], records: _Records) -> Snapshot:
    severity = {family: Severity(word) for family, word in table["severity"].items()}
    return Snapshot(
        database=Database.restored(records, Tables(table["names"], table["family"], severity)),
        digest=table["digest"],
        dates=tuple(map(dt.datetime.fromisoformat, table["dates"])),
        withdrawn=table["withdrawn"],
        skipped=tuple(table["skipped"]),
        doubtful=table["doubtful"],
    )


def row_of(record: Record) -> list[Any]:
    """The record as a JSON value, for `record_of`."""
    affected = [
        [
            one.name,
            [[[e.kind, None if e.bound is None else str(e.bound)] for e in span] for span in one.ranges],
            one.versions,
        ]
        for one in record.affected
    ]
    dates = [date and date.isoformat() for date in (record.modified, record.published, record.withdrawn)]
    return [record.id, dates, record.aliases, record.related, record.summary, record.severity, affected]


def record_of(row: list[Any]) -> Record:
    """The record of a JSON value that `row_of` made."""
    name, dates, aliases, related, summary, severity, affected = row
    modified, published, withdrawn = (date and dt.datetime.fromisoformat(date) for date in dates)
    return Record(
        id=name,
        modified=modified,
        published=published,
        withdrawn=withdrawn,
        aliases=tuple(aliases),
        related=tuple(related),
        summary=summary,
        severity=Severity(severity),
        affected=tuple(_affected(*one) for one in affected),
    )


def _affected(name: NormalizedName, ranges: list[list[Any]], versions: list[str]) -> Affected:
    spans = tuple(
        tuple(Event(kind, None if bound is None else Version(bound)) for kind, bound in span)
        for span in ranges
    )
    return Affected(name, spans, tuple(versions))
