"""What earlier runs saw, in a store: each thing with its date, read up to an age, kept by trusted runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from checker.tools import Store

WEEK = dt.timedelta(days=7)


class Seen(NamedTuple):
    """A JSON value, and when it was kept (UTC, to the second)."""

    when: dt.datetime
    value: object


def _utc() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True)
class Kept:
    """A store as one run may use it. `reads` is off where everything is to be asked anew.

    `writes` is off in a run of a fork: what it saw must not stand for what a trusted run would see.
    `max_age` is that of the sandbox's evidence. `clock` is the real one: a run that judges as if it were
    another day does not see anything on that day. `written` are the kinds that this run has kept.
    """

    store: Store
    reads: bool = True
    writes: bool = True
    max_age: dt.timedelta = WEEK
    clock: Callable[[], dt.datetime] = _utc
    written: set[str] = field(default_factory=set)

    def now(self) -> dt.datetime:
        """The present moment, to the second."""
        return self.clock().replace(microsecond=0)

    def get(self, kind: str, key: object, max_age: dt.timedelta | None = None) -> Seen | None:
        """What was kept under this kind and key and is not older. A date in the future is no date."""
        record = self.store.get(kind, key) if self.reads else None
        if not isinstance(record, dict):
            return None
        when, now = moment(record.get("when")), self.now()
        if when is None or when > now or (max_age is not None and now - when >= max_age):
            return None
        return Seen(when, record.get("value"))

    def put(self, kind: str, key: object, value: object) -> None:
        """Keep a JSON value with the present date, where this run may."""
        if self.writes:
            self.written.add(kind)
            self.store.put(kind, key, {"when": self.now().isoformat(), "value": value})


def moment(text: object) -> dt.datetime | None:
    """A moment in UTC as it was written; None for anything else."""
    try:
        found = dt.datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return found if found is not None and found.utcoffset() == dt.timedelta(0) else None
