"""A set of OSV documents at one moment: what a run knew, and how old that was."""

from __future__ import annotations

import bisect
import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from packaging.utils import NormalizedName

from checker.model.lock import Pin
from checker.rules.osv.database import Database
from checker.rules.osv.record import Malformed, Record, named_in, read_record


@dataclass(frozen=True)
class Snapshot:
    """Documents that were read together.

    `digest` is the SHA-256 over the documents' contents, whatever they are called and packed in. `dates` are
    the moments the records were modified, rising. `withdrawn` counts records taken back, `skipped` tells of
    each document that is no usable record, and `doubtful` names the distributions those speak of, where that
    much can be told, each with one such document.
    """

    database: Database
    digest: str
    dates: tuple[dt.datetime, ...]
    withdrawn: int = 0
    skipped: tuple[str, ...] = ()
    doubtful: Mapping[NormalizedName, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """One line for the verdict: date, digest and counts."""
        date = f"{self.dates[-1]:%Y-%m-%d}" if self.dates else "without a date"
        counts = f"{len(self.database)} records, {self.withdrawn} withdrawn, {len(self.skipped)} unreadable"
        return f"snapshot {date}, sha256:{self.digest[:16]}, {counts}"

    def doubts(self, pins: Iterable[Pin]) -> dict[Pin, str]:
        """Pins of which nobody can say whether they are affected, with the reason."""
        return {
            pin: f"a record about it cannot be read ({self.doubtful[pin.name]})"
            for pin in sorted(pins)
            if pin.name in self.doubtful
        }

    def age_days(self, now: dt.datetime) -> int:
        """Whole days from the newest record to `now`.

        Dates after `now` are no proof of freshness (one wrong date would hide any age) unless all are: a
        snapshot taken after the moment that is judged is not old.
        """
        known = bisect.bisect_right(self.dates, now)
        return (now - self.dates[known - 1]).days if known else 0


def read_snapshot(documents: Iterable[tuple[str, bytes]], date: dt.datetime | None = None) -> Snapshot:
    """Read documents given as (name, content). One that cannot be read hides no other.

    `date` is when the snapshot was taken, where somebody knows; else the records' own dates tell.
    """
    newest: dict[str, tuple[dt.datetime, str, Record]] = {}
    contents: list[str] = []
    skipped: list[str] = []
    doubtful: dict[NormalizedName, str] = {}
    for name, content in documents:
        contents.append(hashlib.sha256(content).hexdigest())
        try:
            record = read_record(content)
        except Malformed as problem:
            skipped.append(f"{name}: {problem}")
            doubtful.update((one, min(name, doubtful.get(one, name))) for one in named_in(content))
            continue
        kept = (record.modified, contents[-1], record)
        newest[record.id] = max(newest.get(record.id, kept), kept, key=lambda entry: entry[:2])
    records = [record for _, _, record in newest.values()]
    return Snapshot(
        database=Database(record for record in records if record.withdrawn is None),
        digest=hashlib.sha256("\n".join(sorted(contents)).encode()).hexdigest(),
        dates=(date,) if date else tuple(sorted(record.modified for record in records)),
        withdrawn=sum(record.withdrawn is not None for record in records),
        skipped=tuple(sorted(skipped)),
        doubtful=doubtful,
    )
