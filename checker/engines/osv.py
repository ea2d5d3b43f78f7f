"""OSV, read by Proctor itself: online through `querybatch`, or over a snapshot without any network.

Online the server's word is never overruled: a record it returns for a pin counts, also where our own reading
of the ranges says otherwise, and a record fetched for one pin is matched against all pins of that name.
Offline our own reading is all there is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import chain

from checker import __version__
from checker.engines.address import shown
from checker.engines.http import Http, Patience
from checker.engines.osv_api import NAME, PUBLIC, ApiLimits, OsvApi, OsvSource
from checker.errors import Unanswered
from checker.model.advisory import Advisory, Reused, ScanReport
from checker.model.lock import Pin
from checker.model.severity import Severity
from checker.rules.osv.aliases import merge
from checker.rules.osv.database import Database
from checker.rules.osv.record import Record
from checker.rules.osv.snapshot import Snapshot

#: How long one request of the public API may take.
PATIENCE = Patience(connect=10.0, read=20.0, whole=60.0)
_Records = Mapping[str, Record | Unanswered | None]


class OsvSnapshot:
    """A `Scanner` over a snapshot. `snapshot` is called once for each scan and may raise Unanswered."""

    name = NAME

    def __init__(self, snapshot: Callable[[], Snapshot]) -> None:
        """Nothing is read before `scan`."""
        self._snapshot = snapshot
        self.database = ""

    def scan(self, pins: frozenset[Pin]) -> ScanReport:
        """Every pin is in `found`; those of which a record cannot be read are in `unanswered` too."""
        if not pins:
            return _report(self.database, {}, {})
        snapshot = self._snapshot()
        self.database, known = snapshot.label, snapshot.database
        found = {pin: _advisories(known.affecting(pin), pin, known) for pin in sorted(pins)}
        return _report(self.database, found, snapshot.doubts(pins))


class OsvOnline:
    """A `Scanner` that asks an OSV server. `http` is shared with nobody who closes it during a scan.

    `remembered` puts what is known of the server before each scan's client. Answers are worked out the same
    way wherever their parts come from: one on a pin may rest on records that others were returned.
    """

    name = NAME

    def __init__(
        self,
        http: Http,
        url: str = PUBLIC,
        limits: ApiLimits | None = None,
        remembered: Callable[[OsvSource], OsvSource] | None = None,
    ) -> None:
        """`url` is the address of the API, without `/v1`."""
        self._http, self._url, self._limits, self._remembered = http, url, limits, remembered
        self.database = label(url)

    def scan(self, pins: frozenset[Pin]) -> ScanReport:
        """Every pin is in `found`, in `unanswered` or in both. Raises Unanswered when none is in `found`."""
        if not pins:
            return _report(self.database, {}, {})
        source = self._source()
        said = source.matches(pins)
        if not said.ids:
            raise Unanswered(NAME, min(said.failed.values()))
        records: _Records = source.records(chain.from_iterable(said.ids.values()))
        records = {**source.records(_twins(records)), **records}
        known = Database(one for one in records.values() if isinstance(one, Record) and not one.withdrawn)
        found = {pin: _told(pin, said.ids[pin], records, known) for pin in sorted(said.ids)}
        parts = _parts(said.ids, records, known) if source.earlier else {}
        unanswered = _failures(said.ids, records) | said.failed
        return _report(self.database, found, unanswered, _reused(parts, source.earlier))

    def _source(self) -> OsvSource:
        api = OsvApi(self._http, self._url, self._limits)
        return self._remembered(api) if self._remembered else api


def label(url: str) -> str:
    """What a scan over this server is over, for the verdict."""
    return "OSV, online" if url == PUBLIC else f"OSV at {shown(url)}"


def _report(
    database: str,
    found: dict[Pin, tuple[Advisory, ...]],
    unanswered: Mapping[Pin, str],
    reused: Reused | None = None,
) -> ScanReport:
    return ScanReport(
        engine=NAME,
        version=__version__,
        database=database,
        found=found,
        unanswered=dict(unanswered),
        reused=reused,
    )


def _advisories(records: Iterable[Record], pin: Pin, known: Database) -> tuple[Advisory, ...]:
    return merge(_signed(known.advisory(record, pin)) for record in records)


def _told(pin: Pin, ids: Collection[str], records: _Records, known: Database) -> tuple[Advisory, ...]:
    """What the server said of a pin, and what its records say besides. Withdrawn records say nothing."""
    matched = {one.id: one for one in known.affecting(pin)}
    if not ids and not matched:
        return ()
    fetched = {name: records[name] for name in ids}
    named = {one.id: one for one in fetched.values() if isinstance(one, Record) and not one.withdrawn}
    unread = [
        Advisory(id=name, summary="its record could not be read", reported_by=(NAME,))
        for name, one in fetched.items()
        if not isinstance(one, Record)
    ]
    return merge([*_advisories((named | matched).values(), pin, known), *unread])


def _failures(matches: Mapping[Pin, Iterable[str]], records: _Records) -> dict[Pin, str]:
    """Pins some of whose records, or their twins, could not be had: how bad they are nobody knows."""
    failures: dict[Pin, str] = {}
    for pin, ids in matches.items():
        for name in sorted(ids):
            one = records[name]
            twins = (records.get(twin) for twin in one.aliases) if isinstance(one, Record) else ()
            problem = next((each for each in (one, *twins) if isinstance(each, Unanswered)), None)
            if problem is not None or one is None:
                failures[pin] = problem.reason if problem else f"the server names {name} and does not have it"
    return failures


def _parts(
    matches: Mapping[Pin, Iterable[str]], records: _Records, known: Database
) -> dict[Pin, list[Pin | str]]:
    """What each answer is made of: the pin's ids, the records about it, and all records of their families."""
    kin: dict[str, list[str]] = {}
    for name in records:
        kin.setdefault(known.family(name), []).append(name)
    parts: dict[Pin, list[Pin | str]] = {}
    for pin, ids in matches.items():
        named = chain(ids, (one.id for one in known.affecting(pin)))
        parts[pin] = [pin, *chain.from_iterable(kin[one] for one in {known.family(name) for name in named})]
    return parts


def _reused(
    parts: Mapping[Pin, Iterable[Pin | str]], earlier: Mapping[Pin | str, dt.datetime]
) -> Reused | None:
    """Answers of which an earlier run was told anything: the ids, a record, or one that rates it."""
    dates = [
        min(seen) for made_of in parts.values() if (seen := [earlier[p] for p in made_of if p in earlier])
    ]
    return Reused(since=min(dates), answers=len(dates)) if dates else None


def _twins(records: _Records) -> set[str]:
    """Aliases to look up for the records that rate nothing: PYSEC records do not, their twins do."""
    known = Database(one for one in records.values() if isinstance(one, Record) and not one.withdrawn)
    unrated = (one for name in known.ids() if (one := known.record(name)) is not None)
    silent = (one for one in unrated if known.severity(one.id) is Severity.UNKNOWN)
    return {alias for one in silent for alias in one.aliases} - set(records)


def _signed(advisory: Advisory) -> Advisory:
    return advisory.model_copy(update={"reported_by": (NAME,)})
