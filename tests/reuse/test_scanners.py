"""Answers of scanners, reused: for the same engine, version and database, and only whole ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from packaging.version import Version

from checker.engines.reuse.kept import Kept
from checker.engines.reuse.scanners import ReusedScanner
from checker.errors import Unanswered
from checker.model.advisory import Advisory, Reused, ScanReport
from checker.model.lock import Pin
from checker.model.severity import Severity
from tests.reuse.conftest import BEGIN, Clock, files
from tests.support.osv import pin, pins

Runs = Callable[..., Kept]
FLAW = Advisory(
    id="GHSA-1",
    aliases=("CVE-2026-1",),
    severity=Severity.HIGH,
    summary="steals \ud800 keys",
    fixed_versions=(Version("1.1"), Version("2.0rc1")),
    published=dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC),
    reported_by=("engine",),
)


@dataclass
class Engine:
    """A scanner that keeps what it was asked. Its database has a name once it was looked into."""

    name: str = "engine"
    version: str = "1.0"
    flaws: Mapping[str, tuple[Advisory, ...]] = field(default_factory=lambda: {"demo": (FLAW,)})
    silent: frozenset[Pin] = frozenset()
    doubtful: frozenset[Pin] = frozenset()
    error: Unanswered | None = None
    database: str = ""
    asked: list[frozenset[Pin]] = field(default_factory=list)

    def scan(self, pins: frozenset[Pin]) -> ScanReport:
        if not pins:
            return ScanReport(engine=self.name, version=self.version, database=self.database)
        self.asked.append(pins)
        if self.error:
            raise self.error
        self.database = "a snapshot"
        found = {one: self.flaws.get(one.name, ()) for one in sorted(pins - self.silent)}
        unanswered = dict.fromkeys(self.silent & pins, "skipped") | dict.fromkeys(
            self.doubtful & pins, "in part"
        )
        if not found:
            raise Unanswered(self.name, "answered for no distribution")
        return ScanReport(
            engine=self.name, version=self.version, database=self.database, found=found, unanswered=unanswered
        )


ALL = pins("demo==1.0", "clean==1.0", "other==2.0")


def scan(engine: Engine, kept: Kept, asked: frozenset[Pin] = ALL, source: object = "db") -> ScanReport:
    """What one run does."""
    return ReusedScanner(engine, kept, lambda: source).scan(asked)


def test_what_was_answered_is_not_asked_again(run: Runs, clock: Clock) -> None:
    first = scan(Engine(), run())
    clock.pass_by(minutes=5)
    engine = Engine()
    second = scan(engine, run())
    assert engine.asked == []
    assert second == first.model_copy(update={"reused": Reused(since=BEGIN, answers=3)})
    assert list(second.found) == sorted(ALL)
    assert second.found[pin("demo==1.0")] == (FLAW,)


def test_only_what_is_new_is_asked(run: Runs, clock: Clock) -> None:
    engine = Engine()
    scan(engine, run(), pins("clean==1.0", "demo==1.0"))
    clock.pass_by(hours=30)
    report = scan(engine, run())
    assert engine.asked[1] == pins("clean==1.0", "other==2.0")
    assert (report.found.keys(), report.reused) == (ALL, Reused(since=BEGIN, answers=1))
    assert scan(engine, run()).reused == Reused(since=BEGIN, answers=3)
    assert len(engine.asked) == 2


def test_one_that_was_answered_is_asked_with_the_new(run: Runs) -> None:
    """An engine that never answers for one pin is not down because nothing else is new."""
    lacking = pins("demo==1.0")
    first = scan(Engine(silent=lacking), run())
    engine = Engine(silent=lacking)
    second = scan(engine, run())
    assert engine.asked == [lacking | pins("clean==1.0")]
    assert (second.found, second.unanswered) == (first.found, first.unanswered)


def test_the_database_is_named_also_where_nothing_was_asked(run: Runs) -> None:
    scan(Engine(), run())
    scanner = ReusedScanner(Engine(), run(), lambda: "db")
    scanner.scan(ALL)
    assert (scanner.name, scanner.database) == ("engine", "a snapshot")


PARTS: dict[str, Callable[[Runs], tuple[Engine, ScanReport]]] = {}


def part(ask: Callable[[Runs], tuple[Engine, ScanReport]]) -> Callable[[Runs], tuple[Engine, ScanReport]]:
    PARTS[ask.__name__] = ask
    return ask


@part
def engine_name(run: Runs) -> tuple[Engine, ScanReport]:
    engine = Engine(name="another")
    return engine, scan(engine, run())


@part
def engine_version(run: Runs) -> tuple[Engine, ScanReport]:
    engine = Engine(version="1.1")
    return engine, scan(engine, run())


@part
def snapshot_or_hour(run: Runs) -> tuple[Engine, ScanReport]:
    engine = Engine()
    return engine, scan(engine, run(), source="another")


@part
def package(run: Runs) -> tuple[Engine, ScanReport]:
    engine = Engine()
    return engine, scan(engine, run(), pins("new==1.0"))


@part
def version(run: Runs) -> tuple[Engine, ScanReport]:
    engine = Engine()
    return engine, scan(engine, run(), pins("demo==1.0.1"))


@part
def fresh(run: Runs) -> tuple[Engine, ScanReport]:
    engine = Engine()
    return engine, scan(engine, run(reads=False))


@pytest.mark.parametrize("name", PARTS)
def test_a_key_of_which_one_part_is_another_is_asked_anew(run: Runs, name: str) -> None:
    scan(Engine(), run())
    engine, report = PARTS[name](run)
    assert (engine.asked, report.reused) == ([frozenset(report.found)], None)


def test_an_engine_of_no_known_version_is_always_asked(run: Runs, folder: Path) -> None:
    engine = Engine(version="")
    scan(engine, run())
    scan(engine, run())
    assert (len(engine.asked), files(folder)) == (2, [])


@pytest.mark.parametrize("how", ["silent", "doubtful"])
def test_a_pin_without_a_whole_answer_is_asked_again(run: Runs, how: str) -> None:
    """Skipped, or answered in part: not clean, and not kept."""
    lacking = pins("clean==1.0")
    first = scan(Engine(**{how: lacking}), run())  # type: ignore[arg-type]
    assert set(first.unanswered) == lacking
    engine = Engine()
    second = scan(engine, run())
    assert (engine.asked, second.unanswered) == ([lacking | pins("demo==1.0")], {})
    still = Engine(**{how: lacking, "flaws": {}})  # type: ignore[arg-type]
    assert scan(still, run(reads=False)).unanswered.keys() == lacking


def test_where_nobody_answers_nothing_is_kept_or_reused(run: Runs, folder: Path) -> None:
    down = Engine(error=Unanswered("engine", "down"))
    with pytest.raises(Unanswered):
        scan(down, run())
    assert files(folder) == []
    scan(Engine(), run(), pins("demo==1.0"))
    with pytest.raises(Unanswered):  # one of the pins cannot be asked: the engine has not answered
        scan(down, run())


def test_a_source_that_cannot_be_read_or_is_too_old_is_said_each_time(run: Runs) -> None:
    scan(Engine(), run())

    def old() -> object:
        raise Unanswered("advisories", "the snapshot is 40 days old; the policy allows 30")

    with pytest.raises(Unanswered, match="40 days"):
        ReusedScanner(Engine(), run(), old).scan(ALL)


def test_a_fork_reads_and_keeps_nothing(run: Runs, folder: Path) -> None:
    blind, engine = Engine(flaws={}), Engine()
    assert scan(blind, run(writes=False)).found[pin("demo==1.0")] == ()
    assert files(folder) == []
    assert scan(engine, run()).found[pin("demo==1.0")] == (FLAW,)
    assert scan(blind, run(writes=False)).found[pin("demo==1.0")] == (FLAW,)


def test_answers_of_the_future_are_none(run: Runs, clock: Clock) -> None:
    scan(Engine(), run())
    clock.pass_by(seconds=-5)
    engine = Engine()
    scan(engine, run())
    assert engine.asked == [ALL]


@pytest.mark.parametrize("poison", [b"", b"{}", b"\x00" * 100])
def test_a_poisoned_record_is_ignored_and_made_again(run: Runs, folder: Path, poison: bytes) -> None:
    scan(Engine(), run())
    (record,) = files(folder)
    record.write_bytes(poison)
    engine = Engine()
    assert scan(engine, run()).reused is None
    assert engine.asked == [ALL]
    assert scan(engine, run()).reused == Reused(since=BEGIN, answers=3)


@pytest.mark.parametrize(
    "answer",
    [None, [], "clean", ["2026-11-22T10:02:30+00:00"], ["2026-11-22T10:02:30+00:00", None], [None, []],
     ["2026-11-22T10:02:30+00:00", [{}]], ["2026-11-22T10:02:30+00:00", [{"id": 1}]], ["2030-01-01T00:00:00+00:00", []]],
)  # fmt: skip
def test_an_answer_that_is_none_is_asked_for(run: Runs, answer: object) -> None:
    kept = run()
    kept.put("scans", ["engine", "1.0", "db"], {"database": "", "answers": {"demo==1.0": answer}})
    engine = Engine()
    assert scan(engine, kept, pins("demo==1.0")).found[pin("demo==1.0")] == (FLAW,)
    assert len(engine.asked) == 1


@pytest.mark.parametrize("value", [None, [], {}, {"answers": []}])
def test_a_shelf_that_is_none_is_begun_anew(run: Runs, value: object) -> None:
    kept = run()
    kept.put("scans", ["engine", "1.0", "db"], value)
    engine = Engine()
    scan(engine, kept)
    assert scan(engine, run()).reused == Reused(since=BEGIN, answers=3)


def test_a_shelf_does_not_grow_for_ever(run: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("checker.engines.reuse.scanners._MOST", 2)
    engine = Engine()
    scan(engine, run(), pins("demo==1.0", "clean==1.0"))
    scan(engine, run(), pins("other==2.0"))
    scan(engine, run(), pins("other==2.0", "clean==1.0"))
    assert engine.asked[2] == pins("other==2.0", "clean==1.0")  # the one that is known keeps it company
    assert scan(engine, run(), pins("demo==1.0")).reused is None


def test_without_pins_nobody_is_asked(run: Runs) -> None:
    engine = Engine()
    assert scan(engine, run(), frozenset()).found == {}
    assert engine.asked == []
