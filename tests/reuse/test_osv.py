"""OSV online, remembered: reports are those of asking anew, and only what is not known is asked."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.engines.http import Http, Patience
from checker.engines.osv import OsvOnline
from checker.engines.osv_api import ApiLimits, Matches, OsvApi, OsvSource
from checker.engines.reuse.kept import Kept
from checker.engines.reuse.osv import IDS, RECORDS, OsvMemory
from checker.errors import Unanswered
from checker.model.advisory import Reused, ScanReport
from checker.model.lock import Pin
from checker.rules.osv.packed import record_of, row_of
from checker.rules.osv.record import Record
from tests.reuse.conftest import BEGIN, Clock, MemoryStore, files
from tests.support.examples import examples
from tests.support.index_server import answers
from tests.support.loopback import Loopback
from tests.support.osv import CVSS_CRITICAL, CVSS_HIGH, affected, document, encoded, pin, pins, record, until
from tests.support.osv_api import osv_api

Runs = Callable[..., Kept]
PATIENCE = Patience(connect=2, read=2, whole=4, retries=0)
MINUTE = dt.timedelta(minutes=1)
URL = "https://osv.example"
#: PYSEC-1 is rated by its twin, which only PYSEC-1 leads to for demo 2.0.
KNOWN = (
    document("PYSEC-1", until("demo", "2.1"), aliases=["GHSA-1"]),
    document("GHSA-1", until("demo", "2.0"), severity=[CVSS_CRITICAL]),
    document("GHSA-2", until("other", "3"), severity=[CVSS_HIGH]),
)
ASKED = pins("demo==2.0", "other==1", "clean==1")


@pytest.fixture
def http() -> Iterator[Http]:
    with Http("osv", PATIENCE) as client:
        yield client


@pytest.fixture
def server() -> Iterator[Loopback]:
    with osv_api(*KNOWN) as running:
        yield running


@dataclass
class Online:
    """Scans of a server; each `run` is one run's, with a memory of its own over what is kept."""

    http: Http
    server: Loopback

    def run(self, kept: Kept, **limits: Any) -> OsvOnline:
        self.server.asked.clear()
        url = self.server.url
        return OsvOnline(self.http, url, ApiLimits(**limits), OsvMemory(kept, url).over)

    def anew(self, asked: frozenset[Pin] = ASKED) -> ScanReport:
        return OsvOnline(self.http, self.server.url).scan(asked)

    @property
    def asked(self) -> list[str]:
        """Pins and records in the order of their names; those of a run that began with `run`."""
        batches = [json.loads(one.body)["queries"] for one in self.server.asked if one.method == "POST"]
        queries = [f"{q['package']['name']}=={q['version']}" for batch in batches for q in batch]
        records = [one.path.removeprefix("/v1/vulns/") for one in self.server.asked if one.method == "GET"]
        return sorted(queries + records)


@pytest.fixture
def online(http: Http, server: Loopback) -> Online:
    return Online(http, server)


def plain(report: ScanReport) -> ScanReport:
    return report.model_copy(update={"reused": None})


def test_nothing_that_is_known_is_asked_again(online: Online, run: Runs, clock: Clock) -> None:
    first = online.run(run()).scan(ASKED)
    assert online.asked == ["GHSA-1", "GHSA-2", "PYSEC-1", "clean==1", "demo==2.0", "other==1"]
    clock.pass_by(minutes=5)
    second = online.run(run()).scan(ASKED)
    assert online.asked == []
    assert first.reused is None
    assert second == first.model_copy(update={"reused": Reused(since=BEGIN, answers=3)})
    assert plain(second) == online.anew()


@pytest.mark.parametrize(
    ("changed", "asked", "answers"),
    [
        ("clean==2", ["clean==2"], 2),
        ("other==2", ["other==2"], 2),  # its record is known, so that its answer counts as reused
        ("fresh==1", ["fresh==1"], 2),
    ],
)
def test_of_a_changed_list_only_the_change_is_asked(
    online: Online, run: Runs, changed: str, asked: list[str], answers: int
) -> None:
    online.run(run()).scan(ASKED)
    new = pins("demo==2.0", changed) | ({pin("other==1")} if not changed.startswith("other") else set())
    report = online.run(run()).scan(new)
    assert online.asked == asked
    assert (plain(report), report.reused) == (online.anew(new), Reused(since=BEGIN, answers=answers))


def test_what_others_led_to_does_not_count_for_those_who_were_not_asked_with_them(
    online: Online, run: Runs
) -> None:
    """The server knows of demo 1 alone; by its record demo 1.5 is affected, when both are asked about."""
    told = {"results": [{"vulns": [{"id": "GHSA-1"}]}, {}]}
    online.server.faults["/v1/querybatch"] = answers(200, encoded(told))
    both, one = pins("demo==1", "demo==1.5"), pins("demo==1.5")
    assert online.run(run()).scan(both).found[pin("demo==1.5")]
    assert online.run(run()).scan(one).found == {pin("demo==1.5"): ()}
    assert online.run(run()).scan(both).found[pin("demo==1.5")]
    assert online.asked == []


def test_the_oldest_part_of_any_answer_is_its_date(online: Online, run: Runs, clock: Clock) -> None:
    online.run(run()).scan(pins("demo==1"))
    clock.pass_by(minutes=1)
    online.run(run()).scan(pins("other==1"))
    clock.pass_by(minutes=1)
    assert online.run(run()).scan(pins("other==1")).reused == Reused(since=BEGIN + MINUTE, answers=1)
    assert online.run(run()).scan(pins("other==1", "demo==1")).reused == Reused(since=BEGIN, answers=2)
    assert online.run(run()).scan(pins("demo==2.0", "new==1")).reused == Reused(since=BEGIN, answers=1)
    assert online.run(run()).scan(pins("another==1")).reused is None


def test_ids_that_are_known_count_where_the_record_is_asked_for(
    online: Online, run: Runs, clock: Clock
) -> None:
    """Nobody asked which advisories there are now, so the answer is of the earlier moment."""
    online.server.faults["/v1/vulns/GHSA-2"] = answers(502)
    assert online.run(run()).scan(pins("other==1")).unanswered
    online.server.faults.clear()
    clock.pass_by(minutes=1)
    report = online.run(run()).scan(pins("other==1"))
    assert (online.asked, report.reused) == (["GHSA-2"], Reused(since=BEGIN, answers=1))
    assert plain(report) == online.anew(pins("other==1"))


def test_an_answer_is_as_old_as_the_record_that_rates_it(run: Runs, clock: Clock) -> None:
    one = document("PYSEC-1", until("demo", "2.1"), aliases=["TWIN-1"])
    twin = document("TWIN-1", until("demo", "2.0"), severity=[CVSS_CRITICAL])
    ids = {pin("demo==1"): frozenset({"TWIN-1"}), pin("demo==2.0"): frozenset({"PYSEC-1"})}
    server = Fake(ids, {"PYSEC-1": read(one), "TWIN-1": read(twin)})
    over(OsvMemory(run(), URL).over(server)).scan(pins("demo==1"))
    clock.pass_by(minutes=1)
    report = over(OsvMemory(run(), URL).over(server)).scan(pins("demo==2.0"))
    assert server.asked == ["demo==1", "TWIN-1", "demo==2.0", "PYSEC-1"]
    assert report.found[pin("demo==2.0")][0].severity == "critical"
    assert report.reused == Reused(since=BEGIN, answers=1)


@pytest.mark.parametrize("dated", [True, False], ids=["dated", "undated"])
@pytest.mark.parametrize(
    "before",
    [{"withdrawn": "2026-11-22T09:00:00Z"}, {"database_specific": {"severity": "LOW"}}],
    ids=["withdrawn", "low"],
)
def test_a_record_that_was_changed_since_is_not_taken_for_the_one_the_server_names_now(
    run: Runs, clock: Clock, before: dict[str, Any], dated: bool
) -> None:
    """It named the record for another pin before, as it was: what it says now must not be green for that."""
    old = read(document("GHSA-9", until("demo", "3"), modified="2026-11-22T09:00:00Z", **before))
    new = read(
        document("GHSA-9", until("demo", "3"), modified="2026-11-22T10:02:50Z", severity=[CVSS_CRITICAL])
    )
    ids = {pin(one): frozenset({"GHSA-9"}) for one in ("demo==1", "demo==2")}
    over(OsvMemory(run(), URL).over(Fake(ids, {"GHSA-9": old}, dated=dated))).scan(pins("demo==1"))
    clock.pass_by(minutes=1)
    server = Fake(ids, {"GHSA-9": new}, dated=dated)
    report = over(OsvMemory(run(), URL).over(server)).scan(pins("demo==2"))
    assert [one.severity for one in report.found[pin("demo==2")]] == ["critical"]
    assert server.asked == ["demo==2", "GHSA-9"]


def test_an_answer_is_as_old_as_a_record_that_only_we_hold_against_it(run: Runs, clock: Clock) -> None:
    server = Fake({pin("demo==1"): frozenset({"GHSA-1"})}, small().every)
    over(OsvMemory(run(), URL).over(server)).scan(pins("demo==1"))
    clock.pass_by(minutes=1)
    report = over(OsvMemory(run(), URL).over(server)).scan(pins("demo==1", "demo==1.5", "demo==3"))
    assert {str(one) for one, found in report.found.items() if found} == {"demo==1", "demo==1.5"}
    assert report.reused == Reused(since=BEGIN, answers=2)


@pytest.mark.parametrize("how", [{}, {"writes": False}, {"reads": False}], ids=["trusted", "fork", "fresh"])
def test_a_second_scan_of_a_run_asks_for_nothing_the_first_was_told(
    online: Online, run: Runs, how: dict[str, bool]
) -> None:
    engine = online.run(run(**how))
    engine.scan(ASKED)
    online.server.asked.clear()
    report = engine.scan(pins("demo==2.0", "demo==1.0", "demo==3"))
    assert online.asked == ["demo==1.0", "demo==3"]
    assert report == online.anew(pins("demo==2.0", "demo==1.0", "demo==3"))  # of this run: not reused


def test_fresh_asks_everything_and_keeps_it(online: Online, run: Runs, clock: Clock) -> None:
    online.run(run()).scan(ASKED)
    clock.pass_by(minutes=1)
    assert online.run(run(reads=False)).scan(ASKED).reused is None
    assert len(online.asked) == 6
    assert online.run(run()).scan(ASKED).reused == Reused(since=BEGIN + MINUTE, answers=3)


def test_a_fork_reads_and_keeps_nothing(online: Online, run: Runs, folder: Any) -> None:
    online.run(run(writes=False)).scan(ASKED)
    assert files(folder) == []
    online.run(run()).scan(pins("clean==1"))
    kept = [one.read_bytes() for one in files(folder)]
    report = online.run(run(writes=False)).scan(ASKED)
    assert report.reused == Reused(since=BEGIN, answers=1)
    assert [one.read_bytes() for one in files(folder)] == kept


NOT_KEPT: dict[str, tuple[str, Any]] = {
    "not found": ("GHSA-2", answers(404)),
    "down": ("GHSA-2", answers(502)),
    "no record": ("GHSA-2", answers(200, b'{"id": "GHSA-2"}')),
    "another": ("GHSA-2", answers(200, encoded(KNOWN[0]))),
    "twin is down": ("GHSA-1", answers(502)),
}


@pytest.mark.parametrize(("name", "fault"), NOT_KEPT.values(), ids=NOT_KEPT)
def test_a_record_that_was_not_had_is_asked_for_again(
    online: Online, run: Runs, name: str, fault: Any
) -> None:
    online.server.faults[f"/v1/vulns/{name}"] = fault
    first = online.run(run()).scan(ASKED)
    again = online.run(run()).scan(ASKED)
    assert len(first.unanswered) == 1
    assert (plain(again), online.asked) == (first, [name])
    online.server.faults.clear()
    healed = online.run(run()).scan(ASKED)
    assert (online.asked, healed.unanswered) == ([name], {})
    assert plain(healed) == online.anew()


def test_a_pin_of_which_a_page_is_missing_is_asked_again(online: Online, run: Runs) -> None:
    endless = {"results": [{"vulns": [{"id": "GHSA-1"}], "next_page_token": "again"}]}
    online.server.faults["/v1/querybatch"] = answers(200, encoded(endless))
    assert online.run(run(), pages=3).scan(pins("demo==1")).unanswered
    online.server.faults.clear()
    report = online.run(run()).scan(pins("demo==1"))
    assert (online.asked, plain(report)) == (["PYSEC-1", "demo==1"], online.anew(pins("demo==1")))


def test_a_server_that_is_down_breaks_what_is_not_known_alone(online: Online, run: Runs) -> None:
    online.run(run()).scan(ASKED)
    online.server.faults["/v1"] = answers(502)
    assert online.run(run()).scan(ASKED).reused == Reused(since=BEGIN, answers=3)
    report = online.run(run()).scan(ASKED | pins("new==1"))
    assert (report.found.keys() == ASKED, list(report.unanswered)) == (True, [pin("new==1")])
    assert "answered 502" in report.unanswered[pin("new==1")]
    with pytest.raises(Unanswered, match="answered 502"):
        online.run(run()).scan(pins("new==1"))


def test_a_known_record_whose_twin_cannot_be_had_is_no_answer(online: Online, run: Runs) -> None:
    online.server.faults["/v1/vulns/GHSA-1"] = answers(502)
    online.run(run()).scan(pins("demo==2.0"))
    report = online.run(run()).scan(pins("demo==2.0"))
    assert online.asked == ["GHSA-1"]
    assert list(report.unanswered) == [pin("demo==2.0")]
    assert [one.id for one in report.found[pin("demo==2.0")]] == ["PYSEC-1"]


# What is kept, and for whom.


@dataclass
class Fake:
    """An `OsvSource` in memory that notes what it is asked. `down` are pins and records it fails for.

    With `dated` it says of each id when its record was changed.
    """

    ids: Mapping[Pin, frozenset[str]]
    every: Mapping[str, Record]
    down: frozenset[str] = frozenset()
    earlier: Mapping[Pin | str, dt.datetime] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    dated: bool = True

    def matches(self, pins: Iterable[Pin]) -> Matches:
        said = Matches()
        for one in sorted(pins):
            self.asked.append(str(one))
            down = str(one) in self.down
            if down:
                said.failed[one] = f"down for {one}"
            if not down or len(one.name) > 1:  # some fail with their first page, some after it
                said.ids[one] = set(self.ids.get(one, frozenset()))
                said.changed |= {name: self._changed(name) for name in said.ids[one]}
        return said

    def _changed(self, name: str) -> dt.datetime | None:
        return self.every[name].modified if self.dated and name in self.every else None

    def records(self, names: Iterable[str]) -> dict[str, Record | Unanswered | None]:
        wanted = sorted(set(names))
        self.asked += wanted
        down = {name: Unanswered("osv", f"down for {name}") for name in wanted if name in self.down}
        return {name: down.get(name) or self.every.get(name) for name in wanted}


@cache
def closed() -> Http:
    with Http("osv") as client:
        return client


def over(source: OsvSource) -> OsvOnline:
    """The engine over a source that is no server."""
    return OsvOnline(closed(), URL, remembered=lambda _: source)


def read(one: Mapping[str, Any]) -> Record:
    return record(
        one["id"], *one["affected"], **{key: one[key] for key in one if key not in ("id", "affected")}
    )


def small(**more: Any) -> Fake:
    every = {one["id"]: read(one) for one in KNOWN}
    return Fake({pin("other==1"): frozenset({"GHSA-2"})}, every, **more)


OTHER = pins("other==1")
TOLD = ["other==1", "GHSA-2"]
PARTS: dict[str, Callable[[pytest.MonkeyPatch, Clock], object]] = {
    "hour": lambda _, clock: clock.pass_by(minutes=58),
    "version": lambda patch, _: patch.setattr("checker.engines.reuse.osv.__version__", "another"),
    "form": lambda patch, _: patch.setattr("checker.engines.reuse.osv.FORMAT", "another"),
    "server": lambda _, __: None,
    "time that ran backwards": lambda _, clock: clock.pass_by(seconds=-5),
}


@pytest.mark.parametrize("part", PARTS)
def test_under_another_key_nothing_is_known(
    run: Runs, clock: Clock, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    over(OsvMemory(run(), URL).over(small())).scan(OTHER)
    same = small()
    over(OsvMemory(run(), URL).over(same)).scan(OTHER)
    assert same.asked == []
    PARTS[part](monkeypatch, clock)
    fake, url = small(), f"{URL}/other" if part == "server" else URL
    assert over(OsvMemory(run(), url).over(fake)).scan(OTHER).reused is None
    assert fake.asked == TOLD


def test_a_run_that_goes_on_into_another_hour_asks_anew(run: Runs, clock: Clock) -> None:
    memory, fake = OsvMemory(run(), URL), small()
    over(memory.over(fake)).scan(OTHER)
    clock.pass_by(minutes=58)
    over(memory.over(fake)).scan(OTHER)
    assert fake.asked == TOLD * 2


GOOD_ROW = row_of(small().every["GHSA-2"])
NOW = BEGIN.isoformat()
SPOILED: list[Any] = [
    None, [], "GHSA-2", [NOW], [NOW, None], [NOW, {}], [None, ["GHSA-2"]], [7, ["GHSA-2"]], [NOW, [7]], [NOW, "GHSA-2"],
    [NOW, ["../GHSA-2"]], [NOW, ["GHSA-2"], 1], ["2030-01-01T00:00:00+00:00", ["GHSA-2"]], ["2026-11-22T10:00:00", ["GHSA-2"]],
]  # fmt: skip


def rows() -> Iterator[Any]:
    """Rows that are none, each in one place."""
    bad: dict[int, list[Any]] = {
        0: [7, "GHSA-3", None],
        1: [["2026-01-01", None, None], ["2026-01-01T00:00:00", None, None], [None, None, None], ["x", None, None], []],
        2: ["GHSA-1", [7], ["../x"]],
        3: [None, ["a b"]],
        4: [None, 7],
        5: ["unheard of", None],
        6: [None, [["other"]], [["other", [[["introduced"]]], []]], [["other", [[["begun", "1"]]], []]],
            [["other", [[["fixed", "not a version"]]], []]], [["other", [], [7]]], [[7, [], []]]],
    }  # fmt: skip
    yield from ([*GOOD_ROW[:at], one, *GOOD_ROW[at + 1 :]] for at, ones in bad.items() for one in ones)
    yield from (GOOD_ROW[:-1], [*GOOD_ROW, 1], None, {}, [])


def spoil(store: MemoryStore, kind: str, name: str, value: object) -> None:
    (key,) = (key for key in store.records if json.loads(key)[0] == kind)
    kept = json.loads(store.records[key])
    assert name in kept["value"]
    kept["value"][name] = value
    store.records[key] = json.dumps(kept)


@pytest.mark.parametrize(
    ("kind", "value", "asked"),
    [(IDS, one, ["other==1"]) for one in SPOILED]
    + [(RECORDS, [NOW, one], ["GHSA-2"]) for one in rows()]
    + [(RECORDS, one, ["GHSA-2"]) for one in (None, "x", [NOW], [None, GOOD_ROW], ["2030-01-01T00:00:00+00:00", GOOD_ROW])],
)  # fmt: skip
def test_a_piece_that_is_none_is_asked_for(clock: Clock, kind: str, value: object, asked: list[str]) -> None:
    store = MemoryStore()
    first = over(OsvMemory(Kept(store, clock=clock), URL).over(small())).scan(OTHER)
    spoil(store, kind, TOLD[kind == RECORDS], value)
    fake, last = small(), small()
    assert plain(over(OsvMemory(Kept(store, clock=clock), URL).over(fake)).scan(OTHER)) == first
    assert fake.asked == asked
    over(OsvMemory(Kept(store, clock=clock), URL).over(last)).scan(OTHER)
    assert last.asked == []  # it was kept anew


@pytest.mark.parametrize("value", [None, [], "x", {"other==1": 1}])
@pytest.mark.parametrize("kind", [IDS, RECORDS])
def test_a_shelf_that_is_none_is_begun_anew(run: Runs, clock: Clock, kind: str, value: object) -> None:
    store = MemoryStore()
    over(OsvMemory(Kept(store, clock=clock), URL).over(small())).scan(OTHER)
    (key,) = (key for key in store.records if json.loads(key)[0] == kind)
    store.records[key] = json.dumps({"when": NOW, "value": value})
    fake = small()
    over(OsvMemory(Kept(store, clock=clock), URL).over(fake)).scan(OTHER)
    assert fake.asked == [TOLD[kind == RECORDS]]


@pytest.mark.parametrize("poison", [b"", b"{}", b"\x00" * 100])
def test_poisoned_files_are_as_good_as_absent(run: Runs, folder: Any, poison: bytes) -> None:
    first = over(OsvMemory(run(), URL).over(small())).scan(OTHER)
    for one in files(folder):
        one.write_bytes(poison)
    fake = small()
    assert over(OsvMemory(run(), URL).over(fake)).scan(OTHER) == first
    assert fake.asked == TOLD


def test_a_shelf_does_not_grow_for_ever(run: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("checker.engines.reuse.osv._MOST", 2)
    over(OsvMemory(run(), URL).over(small())).scan(pins("a==1", "b==1"))
    over(OsvMemory(run(), URL).over(small())).scan(pins("a==1", "c==1"))
    fake = small()
    over(OsvMemory(run(), URL).over(fake)).scan(pins("a==1", "b==1", "c==1"))
    assert fake.asked == ["a==1", "b==1"]


def test_two_threads_may_scan_at_once(run: Runs) -> None:
    memory = OsvMemory(run(), URL)
    asked = [pins(f"p{n}==1", f"p{n + 1}==1", "other==1") for n in range(8)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda one: over(memory.over(small())).scan(one), asked))
    assert [report.found.keys() for report in found] == asked
    fake = small()
    over(OsvMemory(run(), URL).over(fake)).scan(frozenset().union(*asked))
    assert fake.asked == []


# Whatever the server, its failures and what was asked before.

NAMES = ("a", "b", "cc")
PINS = tuple(f"{name}=={version}" for name in NAMES for version in ("1", "2"))
RECORD_IDS = tuple(f"R-{n}" for n in range(5))
some_pins = st.sets(st.sampled_from(PINS), min_size=1).map(lambda texts: pins(*texts))
documents = st.builds(
    lambda name, about, versions, more: document(name, affected(about, versions=versions), **more),
    st.sampled_from(RECORD_IDS),
    st.sampled_from(NAMES),
    st.sets(st.sampled_from(["1", "2"])),
    st.fixed_dictionaries(
        {"aliases": st.lists(st.sampled_from((*RECORD_IDS, "X-1")), max_size=2)},
        optional={
            "severity": st.sampled_from([[CVSS_HIGH], [CVSS_CRITICAL]]),
            "withdrawn": st.just("2026-01-01T00:00:00Z"),
        },
    ),
)


@dataclass(frozen=True)
class Run:
    """What one run scans, and when; `down` are pins and records that cannot be had meanwhile."""

    minutes: int
    scans: list[frozenset[Pin]]
    down: frozenset[str]
    reads: bool
    writes: bool


servers = st.builds(
    lambda ids, every: Fake({pin(p): names for p, names in ids.items()}, {d["id"]: read(d) for d in every}),
    st.dictionaries(st.sampled_from(PINS), st.frozensets(st.sampled_from(RECORD_IDS), max_size=3)),
    st.lists(documents, max_size=6),
)
histories = st.lists(
    st.builds(
        Run,
        minutes=st.sampled_from([0, 1, 10, 40]),
        scans=st.lists(some_pins, min_size=1, max_size=2),
        down=st.frozensets(st.sampled_from((*PINS, *RECORD_IDS, "X-1")), max_size=4),
        reads=st.sampled_from([True, True, True, False]),
        writes=st.sampled_from([True, True, False]),
    ),
    min_size=2,
    max_size=6,
)


def scanned(source: OsvSource, asked: frozenset[Pin]) -> ScanReport | str:
    try:
        return over(source).scan(asked)
    except Unanswered as problem:
        return str(problem)


@examples(80)
@given(servers, servers, histories)
def test_remembered_is_what_asking_anew_gives(even: Fake, odd: Fake, history: list[Run]) -> None:
    """As of a server that fails only for what is not known; of that, and of nothing else, it is asked."""
    store, clock = MemoryStore(), Clock()
    stored: dict[str, dt.datetime] = {}
    hour = clock().hour
    for one in history:
        clock.pass_by(minutes=one.minutes)
        stored, hour = (stored if hour == clock().hour else {}), clock().hour
        base = odd if hour % 2 else even
        kept = Kept(store, reads=one.reads, writes=one.writes, clock=clock)
        before = dict(store.records)
        memory, own = OsvMemory(kept, URL), set[str]()
        for asked in one.scans:
            known = own | (stored.keys() if one.reads else set())
            fake = Fake(base.ids, base.every, one.down)
            anew = Fake(base.ids, base.every, one.down - known)
            found, expected = scanned(memory.over(fake), asked), scanned(anew, asked)
            assert sorted(fake.asked) == sorted(set(anew.asked) - known)
            _holds(found, expected, stored if one.reads else {}, own)
            own |= {name for name in fake.asked if name not in one.down and whole(base, name)}
        assert one.writes or store.records == before
        if one.writes:
            stored = _after(stored, own, one, clock())


def whole(server: Fake, name: str) -> bool:
    return "==" in name or name in server.every


def _after(
    stored: dict[str, dt.datetime], own: set[str], one: Run, now: dt.datetime
) -> dict[str, dt.datetime]:
    """What is kept after a run: a fresh one puts its own in the place of the rest, kind by kind."""
    left = {
        name: when
        for name, when in stored.items()
        if one.reads or not any(("==" in name) == ("==" in new) for new in own)
    }
    return left | dict.fromkeys(own, now)


def _holds(
    found: ScanReport | str, expected: ScanReport | str, stored: Mapping[str, dt.datetime], own: set[str]
) -> None:
    if isinstance(found, str) or isinstance(expected, str):
        assert found == expected
        return
    assert plain(found) == expected
    earlier = {one: stored[str(one)] for one in found.found if str(one) in stored.keys() - own}
    assert (found.reused is not None) or not earlier
    if found.reused is not None:
        assert found.reused.since in stored.values()
        assert found.reused.since <= min(earlier.values(), default=found.reused.since)
        assert len(earlier) <= found.reused.answers <= len(found.found)


@examples(30)
@given(documents, st.text(max_size=20))
def test_a_record_is_read_as_it_was_written(one: dict[str, Any], summary: str) -> None:
    whole = read({**one, "affected": [*one["affected"], until("B_b", "1.0-RC.1+x")], "summary": summary})
    assert record_of(json.loads(json.dumps(row_of(whole)))) == whole


def test_the_client_of_a_server_is_such_a_source(http: Http, server: Loopback) -> None:
    source: OsvSource = OsvApi(http, server.url)
    assert source.earlier == {}
    assert source.matches(pins("other==1")).ids == {pin("other==1"): {"GHSA-2"}}
