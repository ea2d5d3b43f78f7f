"""OSV read by Proctor itself: online over a loopback server, offline over a snapshot. Faults are in the matrix."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from checker.engines.advisories import from_files
from checker.engines.http import Http, Patience
from checker.engines.osv import OsvOnline, OsvSnapshot, label
from checker.engines.osv_api import PUBLIC, ApiLimits
from checker.errors import Unanswered
from checker.model.advisory import ScanReport
from checker.model.lock import Pin
from checker.rules.osv.batch import encoded as batch
from checker.rules.osv.batch import pages, questions
from checker.rules.osv.record import Malformed
from checker.rules.osv.snapshot import Snapshot
from tests.support.index_server import answers
from tests.support.loopback import Loopback
from tests.support.osv import CVSS_CRITICAL, affected, document, encoded, pin, pins, until
from tests.support.osv_api import osv_api

PATIENCE = Patience(connect=2, read=2, whole=4, retries=2, backoff=0.01, longest_retry_after=1)
KNOWN = (
    document("PYSEC-1", until("Demo", "2.1"), aliases=["CVE-1"]),
    document("GHSA-1", until("demo", "2.0"), aliases=["CVE-1"], severity=[CVSS_CRITICAL]),
    document("GHSA-2", until("demo", "3"), aliases=["X-2"]),
    document("MAL-1", affected("evil", versions=["1.0"])),
)
ASKED = pins("demo==1.0", "demo==2.0", "demo==9", "evil==1.0.0", "clean==1!1.0.post1")


@pytest.fixture
def http() -> Iterator[Http]:
    with Http("osv", PATIENCE, per_host=8) as client:
        yield client


@pytest.fixture
def start() -> Iterator[Callable[..., Loopback]]:
    running: list[Loopback] = []

    def begin(*documents: Any, **settings: Any) -> Loopback:
        running.append(osv_api(*documents, **settings).__enter__())
        return running[-1]

    yield begin
    for server in running:
        server.__exit__()


def online(http: Http, server: Loopback, asked: frozenset[Pin] = ASKED, **limits: Any) -> ScanReport:
    return OsvOnline(http, server.url, ApiLimits(**limits)).scan(asked)


def snapshot(*documents: dict[str, Any]) -> Callable[[], Snapshot]:
    return lambda: from_files({f"{n}.json": encoded(one) for n, one in enumerate(documents)})


def ids(report: ScanReport) -> dict[str, set[tuple[str, ...]]]:
    return {str(one): {(a.id, *a.aliases) for a in found} for one, found in report.found.items()}


EXPECTED = {
    "demo==1.0": {("GHSA-1", "PYSEC-1", "CVE-1"), ("GHSA-2", "X-2")},
    "demo==2.0": {("PYSEC-1", "CVE-1"), ("GHSA-2", "X-2")},
    "demo==9": set(),
    "evil==1.0.0": {("MAL-1",)},
    "clean==1!1.0.post1": set(),
}


@pytest.mark.parametrize("page_size", [1, 2, 1_000])
def test_online_in_pages_of_any_size(http, start, page_size):
    server = start(*KNOWN, page_size=page_size)
    report = online(http, server)
    assert ids(report) == EXPECTED
    assert (report.engine, report.unanswered) == ("osv", {})
    assert report.database == f"OSV at {server.url}"


def test_offline_gives_the_same():
    assert ids(OsvSnapshot(snapshot(*KNOWN)).scan(ASKED)) == EXPECTED


@pytest.mark.parametrize("where", ["online", "offline"])
def test_an_advisory_in_full(http, start, where):
    engine = OsvOnline(http, start(*KNOWN).url) if where == "online" else OsvSnapshot(snapshot(*KNOWN))
    found = {one.id: one for one in engine.scan(ASKED).found[pin("demo==1.0")]}
    assert (found["GHSA-1"].severity, found["GHSA-2"].severity) == ("critical", "unknown")
    assert found["GHSA-1"].fixed_versions == (Version("2.0"), Version("2.1"))
    assert found["GHSA-1"].reported_by == ("osv",)
    assert found["GHSA-1"].published is not None
    assert engine.scan(ASKED).found[pin("evil==1.0")][0].severity == "malicious"


def test_a_record_that_rates_nothing_is_rated_by_its_twin(http, start):
    """PYSEC records carry no severity; the twin that does may not be among those the server returned."""
    twin = document("GHSA-1", until("demo", "2.0"), severity=[CVSS_CRITICAL])
    server = start(document("PYSEC-1", until("demo", "2.1"), aliases=["GHSA-1", "CVE-1"]), twin)
    (found,) = online(http, server, pins("demo==2.0")).found[pin("demo==2.0")]
    assert (found.id, found.severity) == ("PYSEC-1", "critical")


def test_the_union_goes_out_in_batches_of_a_thousand_on_few_connections(http, start):
    server = start(*KNOWN)
    asked = frozenset(pin(f"package-{n}==1") for n in range(2_300)) | ASKED
    report = online(http, server, asked)
    batches = [json.loads(one.body) for one in server.asked if one.path == "/v1/querybatch"]
    assert sorted(len(one["queries"]) for one in batches) == [305, 1_000, 1_000]
    assert len(report.found) == len(asked)
    fetched = [one.path for one in server.asked if one.method == "GET"]
    assert len(fetched) == len(set(fetched))
    assert server.connections <= 8


def test_records_are_fetched_side_by_side(http, start):
    many = [document(f"GHSA-{n}", until("demo", "2"), severity=[CVSS_CRITICAL]) for n in range(80)]
    server = start(*many, delay=0.05)
    begin = time.monotonic()
    assert len(online(http, server, pins("demo==1")).found[pin("demo==1")]) == 80
    assert time.monotonic() - begin < 2.5  # 4 s one after the other


def test_the_servers_word_counts_even_where_ours_differs(http, start):
    """It returns a record whose ranges do not hold the version by our reading: kept, not dropped."""
    server = start(document("GHSA-1", until("demo", "2")))
    server.faults["/v1/querybatch"] = answers(200, b'{"results": [{"vulns": [{"id": "GHSA-1"}]}]}')
    (found,) = online(http, server, pins("demo==5")).found[pin("demo==5")]
    assert found.id == "GHSA-1"


def test_a_record_fetched_for_one_pin_is_matched_against_its_siblings(http, start):
    """The server knows of demo 1 alone; by the record demo 1.5 is affected, too."""
    server = start(document("GHSA-1", until("demo", "2")))
    told = {"results": [{"vulns": [{"id": "GHSA-1"}]}, {}, {}]}
    server.faults["/v1/querybatch"] = answers(200, encoded(told))
    report = online(http, server, pins("demo==1", "demo==1.5", "demo==3"))
    assert {str(one) for one, found in report.found.items() if found} == {"demo==1", "demo==1.5"}


def test_a_local_build_is_asked_about_by_its_public_version_too(http, start):
    server = start(document("GHSA-1", affected("demo", versions=["2.0.1"])))
    report = online(http, server, pins("demo==2.0.1+cpu"))
    asked = json.loads(server.asked[0].body)["queries"]
    assert [one["version"] for one in asked] == ["2.0.1+cpu", "2.0.1"]
    assert len(report.found[pin("demo==2.0.1+cpu")]) == 1


def test_withdrawn_records_say_nothing(http, start):
    server = start(document("GHSA-1", until("demo", "2")))
    gone = document("GHSA-1", until("demo", "2"), withdrawn="2024-06-01T00:00:00Z")
    server.faults["/v1/vulns/GHSA-1"] = answers(200, encoded(gone))
    report = online(http, server, pins("demo==1"))
    assert (report.found, report.unanswered) == ({pin("demo==1"): ()}, {})


RECORDS = {
    "malformed": (answers(200, b'{"id": "GHSA-1", "modified": 7}'), "the record GHSA-1 cannot be read: mod"),
    "html": (answers(200, b"<html>"), "the record GHSA-1 cannot be read: Invalid JSON"),
    "another": (answers(200, encoded(document("GHSA-9", until("demo", "2")))), "asked for GHSA-1, got"),
    "a later schema": (
        answers(200, encoded(document("GHSA-1", until("demo", "2"), schema_version="2.0.0"))),
        "the record GHSA-1 cannot be read: schema_version",
    ),
    "gone": (answers(404), "the server names GHSA-1 and does not have it"),
    "refused": (answers(403), "vulns/GHSA-1 answered 403"),
    "down": (answers(502), "vulns/GHSA-1 answered 502"),
}


@pytest.mark.parametrize(("fault", "reason"), RECORDS.values(), ids=RECORDS)
def test_a_record_that_cannot_be_had_breaks_its_pins_and_hides_no_other(http, start, fault, reason):
    other = document("GHSA-2", until("demo", "2"), severity=[CVSS_CRITICAL])
    server = start(document("GHSA-1", until("demo", "2")), other)
    server.faults["/v1/vulns/GHSA-1"] = fault
    report = online(http, server, pins("demo==1", "clean==1"))
    assert {one.id for one in report.found[pin("demo==1")]} == {"GHSA-1", "GHSA-2"}
    assert list(report.unanswered) == [pin("demo==1")]
    assert reason in report.unanswered[pin("demo==1")]


def test_a_batch_that_fails_breaks_its_own_pins(http, start):
    server = start(*KNOWN)
    asked = ASKED | {pin(f"package-{n}==1") for n in range(1_000)}
    well, calls = server.answer, []

    def second_fails(one):
        calls.append(one.path)
        last = b'"package-998"' in one.body
        return (403, b"") if last else well(one)

    server.answer = second_fails
    report = online(http, server, asked)
    assert pin("clean==1!1.0.post1") in report.found
    assert report.unanswered[pin("package-998==1")].endswith("answered 403")
    assert set(report.found) | set(report.unanswered) == asked


def test_it_waits_as_long_as_the_server_asks_and_asks_again(http, start):
    server = start(*KNOWN)
    well, busy = server.answer, iter([b"", b""])
    server.answer = lambda one: (429, next(busy)) if one.path.endswith("batch") and once(one) else well(one)
    seen: list[str] = []

    def once(one):
        seen.append(one.path)
        return len(seen) <= 2

    assert ids(online(http, server)) == EXPECTED
    assert len(seen) == 3


def test_retry_after_is_respected_up_to_a_limit(http, start):
    server = start(*KNOWN)
    calls: list[float] = []

    def busy(handler):
        calls.append(time.monotonic())
        if len(calls) == 1:
            handler.send(503, b"", headers={"Retry-After": "1"})
        else:
            server.faults.clear()
            handler.send(*server.answer(server.asked[-1]))

    server.faults["/v1/querybatch"] = busy
    assert ids(online(http, server)) == EXPECTED
    assert 0.9 < calls[1] - calls[0] < 5


def test_pages_without_end_are_cut_off(http, start):
    server = start(*KNOWN)
    endless = {"results": [{"vulns": [{"id": "GHSA-1"}], "next_page_token": "again"}]}
    server.faults["/v1/querybatch"] = answers(200, encoded(endless))
    report = online(http, server, pins("demo==1"), pages=5)
    assert report.unanswered == {pin("demo==1"): "its advisories do not end"}


def test_limits_of_a_scan(http, start):
    server = start(*KNOWN)
    report = online(http, server, records=1)
    assert "too many records to fetch" in report.unanswered.values()
    some = online(http, server, total_bytes=len(json.dumps(KNOWN[0])) + 600)
    assert any("bytes in all" in reason for reason in some.unanswered.values())
    with pytest.raises(Unanswered, match="not done within -1 s"):
        online(http, server, seconds=-1)
    with pytest.raises(Unanswered, match="more than 10 bytes"):
        online(http, server, batch_bytes=10)


def test_a_redirect_of_a_question_is_not_followed(http, start):
    server = start(*KNOWN)
    server.faults["/v1/querybatch"] = answers(307, b"", Location=f"{server.url}/elsewhere")
    with pytest.raises(Unanswered, match="answered 307"):
        online(http, server)
    assert {one.path for one in server.asked} == {"/v1/querybatch"}


def test_headers_that_drip_do_not_hold_it_up(http, start):
    """A byte now and then restarts every read time limit; the answer as a whole has one too."""
    server = start(*KNOWN)

    def drips(handler):
        end = time.monotonic() + 30
        handler.connection.sendall(b"HTTP/1.1 200 OK\r\n")
        with contextlib.suppress(OSError):
            while time.monotonic() < end:
                handler.connection.sendall(b"X: y\r\n")
                time.sleep(0.5)
        handler.close_connection = True

    server.faults["/v1/querybatch"] = drips
    begin = time.monotonic()
    with (
        Http("osv", Patience(connect=1, read=1, whole=1, retries=0)) as impatient,
        pytest.raises(Unanswered, match="did not answer"),
    ):
        online(impatient, server)
    assert time.monotonic() - begin < 8


def test_no_pins_no_question():
    with Http("osv") as closed:
        assert OsvOnline(closed, "http://nowhere.invalid").scan(frozenset()).found == {}
    assert OsvSnapshot(lambda: pytest.fail("opened")).scan(frozenset()).found == {}


def test_the_database_is_named_without_credentials():
    assert label(PUBLIC) == "OSV, online"
    assert label("https://user:secret@osv.example/api") == "OSV at https://osv.example/api"


def test_offline_a_record_that_cannot_be_read_breaks_those_it_speaks_of():
    broken = document("GHSA-7", until("Clean", "2")) | {"modified": "yesterday"}
    report = OsvSnapshot(snapshot(*KNOWN, broken)).scan(ASKED)
    assert ids(report) == EXPECTED
    assert report.unanswered == {pin("clean==1!1.0.post1"): "a record about it cannot be read (4.json)"}


@given(st.lists(st.tuples(st.sampled_from(["a", "B_c"]), st.sampled_from(["1", "2+x", "1!3"])), max_size=9))
def test_every_pin_is_in_the_questions(chosen):
    asked = pins(*(f"{name}=={version}" for name, version in chosen))
    made = questions(asked)
    assert {one.pin for one in made} == asked
    queries = json.loads(batch(made))["queries"]
    assert [one["version"] for one in queries] == [one.version for one in made]


@given(
    st.binary(max_size=60)
    | st.recursive(
        st.none() | st.integers() | st.text(max_size=3),
        lambda x: (
            st.lists(x, max_size=3)
            | st.dictionaries(st.sampled_from(["results", "vulns", "id", "next_page_token"]), x, max_size=3)
        ),
        max_leaves=8,
    ).map(lambda v: json.dumps(v).encode())
)
def test_any_answer_is_as_many_pages_or_malformed(body):
    try:
        read = pages(body, 1)
    except Malformed:
        return
    assert len(read) == 1


def test_it_leaves_no_thread(http, start):
    server = start(*KNOWN)
    online(http, server)
    http.close()
    assert not [one for one in threading.enumerate() if one.name.startswith("ThreadPoolExecutor")]
    with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2]))):
        pass
