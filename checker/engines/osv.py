"""OSV, read by Proctor itself: online through `querybatch`, or over a snapshot without any network.

Online the server's word is never overruled: a record it returns for a pin counts, also where our own reading
of the ranges says otherwise, and a record fetched for one pin is matched against all pins of that name.
Offline our own reading is all there is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import chain

from checker import __version__
from checker.engines.address import shown
from checker.engines.http import Http, Patience
from checker.engines.osv_api import NAME, PUBLIC, ApiLimits, OsvApi
from checker.errors import Unanswered
from checker.model.advisory import Advisory, ScanReport
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
    """A `Scanner` that asks an OSV server. `http` is shared with nobody who closes it during a scan."""

    name = NAME

    def __init__(self, http: Http, url: str = PUBLIC, limits: ApiLimits | None = None) -> None:
        """`url` is the address of the API, without `/v1`."""
        self._http, self._url, self._limits = http, url, limits
        self.database = label(url)

    def scan(self, pins: frozenset[Pin]) -> ScanReport:
        """Every pin is in `found`, in `unanswered` or in both. Raises Unanswered when none is in `found`."""
        if not pins:
            return _report(self.database, {}, {})
        api = OsvApi(self._http, self._url, self._limits)
        said = api.matches(pins)
        if not said.ids:
            raise Unanswered(NAME, min(said.failed.values()))
        records: _Records = api.records(chain.from_iterable(said.ids.values()))
        records = {**api.records(_twins(records)), **records}
        known = Database(one for one in records.values() if isinstance(one, Record) and not one.withdrawn)
        found = {pin: _told(pin, said.ids[pin], records, known) for pin in sorted(said.ids)}
        return _report(self.database, found, _failures(said.ids, records) | said.failed)


def label(url: str) -> str:
    """What a scan over this server is over, for the verdict."""
    return "OSV, online" if url == PUBLIC else f"OSV at {shown(url)}"


def _report(
    database: str, found: dict[Pin, tuple[Advisory, ...]], unanswered: Mapping[Pin, str]
) -> ScanReport:
    return ScanReport(
        engine=NAME, version=__version__, database=database, found=found, unanswered=dict(unanswered)
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


def _twins(records: _Records) -> set[str]:
    """Aliases to look up for the records that rate nothing: PYSEC records do not, their twins do."""
    known = Database(one for one in records.values() if isinstance(one, Record) and not one.withdrawn)
    unrated = (one for name in known.ids() if (one := known.record(name)) is not None)
    silent = (one for one in unrated if known.severity(one.id) is Severity.UNKNOWN)
    return {alias for one in silent for alias in one.aliases} - set(records)


def _signed(advisory: Advisory) -> Advisory:
    return advisory.model_copy(update={"reported_by": (NAME,)})
