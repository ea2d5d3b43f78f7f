"""The compiled snapshot: the same answers, and never fewer, whatever happened to the file."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.engines.advisories import from_files, from_path
from checker.engines.snapshot_index import SnapshotIndex
from checker.errors import Unanswered
from checker.rules.osv.packed import Stale, packed, unpacked
from checker.rules.osv.snapshot import Snapshot
from tests.support.osv import CVSS_HIGH, affected, document, encoded, export, pin, until

DOCUMENTS = (
    document("PYSEC-1", until("Demo", "2.1"), aliases=["CVE-1"], related=["GHSA-9"], published=None),
    document("GHSA-1", until("demo", "1!2.0rc1"), aliases=["CVE-1"], severity=[CVSS_HIGH]),
    document("GHSA-2", affected("other", {"introduced": "1"}, {"last_affected": "1.5"}, versions=["0.1", "odd"])),
    document("MAL-1", affected("evil", versions=["1.0"])),
    document("GHSA-3", until("demo", "9"), withdrawn="2024-06-01T00:00:00Z"),
    document("GHSA-4", until("clean", "9")) | {"modified": 7},
)  # fmt: skip
PINS = tuple(
    map(pin, ("demo==1", "demo==2.0.5", "demo==1!2.0", "other==1.5", "other==0.1", "evil==1", "clean==1"))
)
DATA = export(*DOCUMENTS)


def read() -> Snapshot:
    return from_files({f"{one['id']}.json": encoded(one) for one in DOCUMENTS})


def answers(snapshot: Snapshot) -> object:
    known = snapshot.database
    about = {one: [known.advisory(record, one) for record in known.affecting(one)] for one in PINS}
    rest = (snapshot.label, snapshot.dates, snapshot.skipped, snapshot.doubts(PINS), known.ids(), len(known))
    return about, rest, known.family("CVE-1"), known.severity("CVE-1"), known.record("GHSA-9")


def test_it_comes_back_as_it_was():
    assert answers(unpacked(packed(read(), "key"), "key")) == answers(read())


def test_records_come_back_whole():
    fresh, kept = read().database, unpacked(packed(read(), "key"), "key").database
    assert [kept.record(name) for name in kept.ids()] == [fresh.record(name) for name in fresh.ids()]


@given(st.data())
def test_damage_of_any_byte_is_noticed(data):
    good = packed(read(), "key")
    place = data.draw(st.integers(0, len(good) - 1))
    bad = bytearray(good)
    bad[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Stale):
        unpacked(bytes(bad), "key")
    with pytest.raises(Stale):
        unpacked(good[:place], "key")


@pytest.mark.parametrize("noise", [b"", b"\n", b"SQLite format 3\x00", b"x" * 64 + b"\n{}"])
def test_something_else_is_noticed(noise):
    with pytest.raises(Stale):
        unpacked(noise, "key")


def test_an_entry_for_something_else_is_noticed():
    with pytest.raises(Stale, match="made of something else"):
        unpacked(packed(read(), "one"), "other")


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    (tmp_path / "all.zip").write_bytes(DATA)
    return tmp_path / "all.zip", tmp_path / "index"


def entry(folder: Path) -> Path:
    (only,) = folder.glob("*")
    return only


def test_a_snapshot_is_read_once(places, monkeypatch):
    path, folder = places
    first = from_path(path, index=SnapshotIndex(folder))
    monkeypatch.setattr("checker.engines.advisories.read_snapshot", None)
    assert answers(from_path(path, index=SnapshotIndex(folder))) == answers(first)


def test_a_folder_of_documents_is_remembered_too(places, monkeypatch):
    path, folder = places
    documents = path.parent / "documents"
    documents.mkdir()
    for one in DOCUMENTS:
        (documents / f"{one['id']}.json").write_bytes(encoded(one))
    first = from_path(documents, index=SnapshotIndex(folder))
    with monkeypatch.context() as patched:
        patched.setattr("checker.engines.advisories.read_snapshot", None)
        assert answers(from_path(documents, index=SnapshotIndex(folder))) == answers(first)
    (documents / "GHSA-1.json").unlink()
    assert len(from_path(documents, index=SnapshotIndex(folder)).database) == 3


@pytest.mark.parametrize("damage", [b"", b"garbage", None])
def test_a_damaged_entry_is_made_again(places, damage):
    path, folder = places
    good = answers(from_path(path, index=SnapshotIndex(folder)))
    kept = entry(folder)
    size = kept.stat().st_size
    kept.write_bytes(kept.read_bytes()[:-1] if damage is None else damage)
    assert answers(from_path(path, index=SnapshotIndex(folder))) == good
    assert kept.stat().st_size == size


def test_a_foreign_entry_under_our_name_is_made_again(places):
    """An entry of another snapshot, whole and well, in the place of ours: nothing of it counts."""
    path, folder = places
    good = answers(from_path(path, index=SnapshotIndex(folder)))
    poor = from_files({"a.json": encoded(document("GHSA-8", until("stranger", "2")))})
    entry(folder).write_bytes(packed(poor, "another key"))
    assert answers(from_path(path, index=SnapshotIndex(folder))) == good


def test_an_entry_that_cannot_be_written_costs_nothing_but_time(places):
    path, folder = places
    folder.write_text("a file where the folder should be")
    assert answers(from_path(path, index=SnapshotIndex(folder))) == answers(from_path(path))


def test_another_date_is_another_entry(places):
    path, folder = places
    day = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
    dated = from_path(path, date=day, index=SnapshotIndex(folder))
    assert (dated.dates, len(from_path(path, index=SnapshotIndex(folder)).dates)) == ((day,), 5)


def test_a_snapshot_that_is_none_is_not_remembered(places):
    path, folder = places
    path.write_bytes(export(DOCUMENTS[4]))
    for _ in range(2):
        with pytest.raises(Unanswered, match="no advisory"):
            from_path(path, index=SnapshotIndex(folder))
    assert not folder.exists()


def test_the_oldest_entries_are_forgotten(places, monkeypatch):
    path, folder = places
    monkeypatch.setattr("checker.engines.snapshot_index._KEPT", 2)
    for number in range(4):
        path.write_bytes(export(document(f"GHSA-{number}", until("demo", "2"))))
        from_path(path, index=SnapshotIndex(folder))
        for age, kept in enumerate(sorted(folder.glob("*"), key=os.path.getmtime)):
            os.utime(kept, (age, age))
    assert len(list(folder.glob("*"))) == 2


def test_an_entry_is_text_one_can_look_at(places):
    path, folder = places
    from_path(path, index=SnapshotIndex(folder))
    _, table, *records = entry(folder).read_text().splitlines()
    assert json.loads(table)["ids"] == ["GHSA-1", "GHSA-2", "MAL-1", "PYSEC-1"]
    assert [json.loads(line)[0] for line in records] == json.loads(table)["ids"]
