"""A scanner that does not ask again what was answered over the same database.

Answers are found by engine, its version and the database: a snapshot by its digest, an online one by the
hour, since nobody can tell when it changes. Only whole answers are kept; a pin without one is asked anew.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import NamedTuple

from checker.engines.reuse.answers import NOT_OURS, dated, written
from checker.engines.reuse.kept import Kept
from checker.model.advisory import Advisory, Reused, ScanReport
from checker.model.lock import Pin
from checker.tools import Scanner

SCANS = "scans"
#: Answers kept over one database; beyond that it begins anew.
_MOST = 50_000


class _Shelf(NamedTuple):
    """What is kept over one database: JSON values by pin, and the database's name for the verdict."""

    database: str
    answers: Mapping[str, object]


class _Answer(NamedTuple):
    """An answer that counts, and when it was given."""

    when: dt.datetime
    advisories: tuple[Advisory, ...]


class ReusedScanner:
    """Satisfies `checker.tools.Scanner` over another one, and what is `kept`.

    `source` says which database is asked, as a JSON value; it may raise Unanswered. The scanner's answer on a
    pin must not depend on the others it is asked about.
    """

    def __init__(self, scanner: Scanner, kept: Kept, source: Callable[[], object]) -> None:
        """Nothing is asked or read yet."""
        self._scanner, self._kept, self._source = scanner, kept, source
        self._database = ""

    @property
    def name(self) -> str:
        """The scanner's own."""
        return self._scanner.name

    @property
    def database(self) -> str:
        """What the last scan was over, also where all of it was reused."""
        return self._scanner.database or self._database

    def scan(self, pins: frozenset[Pin]) -> ScanReport:
        """As the scanner; pins that were answered for before are not asked about. Raises Unanswered."""
        nothing = self._scanner.scan(frozenset())
        if not pins or not nothing.version:  # an engine of no known version may be any
            return self._scanner.scan(pins)
        key = [nothing.engine, nothing.version, self._source()]
        shelf = self._shelf(key)
        known = self._known(shelf, pins)
        asked = _asked(pins, known)
        report = self._scanner.scan(asked) if asked else nothing
        self._database = report.database or shelf.database
        self._keep(key, shelf, report)
        return _joined(report, {pin: known[pin] for pin in known.keys() - asked}, self._database)

    def _shelf(self, key: object) -> _Shelf:
        seen = self._kept.get(SCANS, key)
        value = seen.value if seen else None
        if not isinstance(value, dict) or not isinstance(value.get("answers"), dict):
            return _Shelf("", {})
        return _Shelf(str(value.get("database", "")), value["answers"])

    def _known(self, shelf: _Shelf, pins: frozenset[Pin]) -> dict[Pin, _Answer]:
        """Answers that count, by pin."""
        known: dict[Pin, _Answer] = {}
        for pin in pins:
            try:
                answer = _Answer(*dated(shelf.answers[str(pin)]))
            except NOT_OURS:
                continue
            if answer.when <= self._kept.now():
                known[pin] = answer
        return known

    def _keep(self, key: object, shelf: _Shelf, report: ScanReport) -> None:
        whole = {pin: answer for pin, answer in report.found.items() if pin not in report.unanswered}
        if not whole:
            return
        now = self._kept.now().isoformat()
        new: dict[str, object] = {str(pin): [now, written(answer)] for pin, answer in whole.items()}
        answers = {**shelf.answers, **new}
        answers = answers if len(answers) <= _MOST else new
        self._kept.put(SCANS, key, {"database": self._database, "answers": answers})


def _asked(pins: frozenset[Pin], known: Mapping[Pin, _Answer]) -> frozenset[Pin]:
    """Pins without an answer, and one with: else who lacks just these could not be told from who is down."""
    missing = pins - known.keys()
    return missing | {min(known)} if missing and known else missing


def _joined(report: ScanReport, known: Mapping[Pin, _Answer], database: str) -> ScanReport:
    if not known:
        return report
    reused = Reused(since=min(answer.when for answer in known.values()), answers=len(known))
    found = {**report.found, **{pin: answer.advisories for pin, answer in known.items()}}
    ordered = {pin: found[pin] for pin in sorted(found)}
    return report.model_copy(update={"found": ordered, "database": database, "reused": reused})
