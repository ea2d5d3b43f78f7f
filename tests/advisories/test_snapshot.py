from __future__ import annotations

import contextlib
import datetime as dt
import io
import os
import re
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from checker.engines.advisories import (
    SnapshotLimits,
    fresh,
    from_files,
    from_path,
    from_tree,
    from_url,
    from_zip,
)
from checker.errors import InputError, Unanswered
from checker.model.skill import Entry, FileKind
from checker.rules.osv.snapshot import read_snapshot
from tests.support.osv import document, encoded, export, pin, until, zipped

NOW = dt.datetime(2024, 6, 1, tzinfo=dt.UTC)
GOOD = document("GHSA-1", until("demo", "2"))
TAKEN_BACK = document("GHSA-2", until("demo", "2"), withdrawn="2024-05-01T00:00:00Z")


def files(*documents: dict) -> dict[str, bytes]:
    return {f"{one['id']}.json": encoded(one) for one in documents}


class FolderTree:
    """A `Tree` over a mapping of paths to contents."""

    revision = "work tree"
    problems = ()

    def __init__(self, content: dict[str, bytes]) -> None:
        self.content = content

    def entries(self) -> dict[str, Entry]:
        return {path: Entry(path=path, kind=FileKind.FILE, digest="") for path in self.content}

    def read(self, path: str, limit: int) -> bytes:
        if path not in self.content or len(self.content[path]) > limit:
            raise InputError("missing or too large", path)
        return self.content[path]

    def link_target(self, path: str) -> str:
        raise InputError("not a symlink", path)


def test_every_container_gives_the_same_snapshot(tmp_path):
    documents = files(GOOD, TAKEN_BACK) | {"README.md": b"not a record"}
    packed = zipped(documents)
    (tmp_path / "all.zip").write_bytes(packed)
    for name, content in documents.items():
        (tmp_path / "folder/deep").mkdir(parents=True, exist_ok=True)
        (tmp_path / "folder/deep" / name).write_bytes(content)
    snapshots = [
        from_zip(packed),
        from_files(documents),
        from_path(tmp_path / "all.zip"),
        from_path(tmp_path / "folder"),
        from_tree(
            FolderTree({f"policies/osv/{name}": data for name, data in documents.items()}), "policies/osv/"
        ),
        from_tree(FolderTree({"policies/all.zip": packed}), "policies/all.zip"),
        from_url(
            "https://advisories.example/all.zip", {"https://advisories.example/all.zip": packed}.__getitem__
        ),
    ]
    assert len({snapshot.digest for snapshot in snapshots}) == 1
    assert len({snapshot.label for snapshot in snapshots}) == 1
    assert re.fullmatch(
        r"snapshot 2024-05-06, sha256:[0-9a-f]{16}, 1 records, 1 withdrawn, 0 unreadable", snapshots[0].label
    )
    assert [record.id for record in snapshots[0].database.affecting(pin("demo==1"))] == ["GHSA-1"]


def test_the_digest_is_of_the_content():
    assert from_files(files(GOOD)).digest != from_files(files(GOOD, TAKEN_BACK)).digest
    assert from_files({"x.json": encoded(GOOD)}).digest == from_files({"y.json": encoded(GOOD)}).digest


def test_one_bad_record_hides_no_other():
    snapshot = from_files(files(GOOD) | {"a.json": b"<html>", "z.json": b'{"id": 1}'})
    assert len(snapshot.database) == 1
    assert [text.split(":")[0] for text in snapshot.skipped] == ["a.json", "z.json"]
    assert "2 unreadable" in snapshot.label


def test_of_two_records_with_one_id_the_newest_counts_in_any_order():
    old = document("GHSA-1", until("demo", "2"), modified="2024-01-01T00:00:00Z")
    new = document("GHSA-1", until("demo", "3"), modified="2024-02-01T00:00:00Z")
    for documents in ([old, new], [new, old]):
        snapshot = read_snapshot((str(i), encoded(one)) for i, one in enumerate(documents))
        (record,) = snapshot.database.about(pin("demo==1").name)
        assert record.fixes(*pin("demo==1")) == (Version("3"),)


def test_a_newer_withdrawal_takes_the_record_back():
    taken_back = GOOD | {"modified": "2025-01-01T00:00:00Z", "withdrawn": "2025-01-01T00:00:00Z"}
    snapshot = read_snapshot([("a", encoded(GOOD)), ("b", encoded(taken_back))])
    assert (len(snapshot.database), snapshot.withdrawn) == (0, 1)


@pytest.mark.parametrize(
    ("now", "age"), [("2024-05-06", 0), ("2024-05-08", 1), ("2024-06-06", 30), ("2020-01-01", 0)]
)
def test_age_in_days(now, age):
    moment = dt.datetime.fromisoformat(now).replace(tzinfo=dt.UTC)
    assert from_files(files(GOOD)).age_days(moment) == age


def test_a_date_in_the_future_does_not_make_a_snapshot_fresh():
    wrong = document("GHSA-9", until("demo", "2"), modified="2999-01-01T00:00:00Z")
    assert from_files(files(GOOD, wrong)).age_days(NOW) == 25


def test_the_date_may_be_given():
    taken = dt.datetime(2024, 5, 31, tzinfo=dt.UTC)
    snapshot = from_files(files(GOOD), date=taken)
    assert snapshot.age_days(NOW) == 1
    assert snapshot.label.startswith("snapshot 2024-05-31")


def test_too_old_is_unanswered():
    snapshot = from_files(files(GOOD))
    assert fresh(snapshot, NOW, 25) is snapshot
    with pytest.raises(Unanswered, match="the snapshot is 25 days old; the policy allows 24"):
        fresh(snapshot, NOW, 24)


def bomb() -> bytes:
    return zipped({f"{n}.json": b" " * (1024 * 1024) for n in range(12)})


def lying() -> bytes:
    """The list of the zip declares a member smaller than it is."""
    data = bytearray(zipped({"GHSA-1.json": encoded(GOOD)}))
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = (10).to_bytes(4, "little")
    return bytes(data)


def encrypted() -> bytes:
    data = bytearray(export(GOOD))
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


BROKEN_ZIPS = {
    "empty file": (b"", "not a zip"),
    "html": (b"<html>busy</html>", "not a zip"),
    "cut short": (export(GOOD)[:-30], "not a zip"),
    "flipped bits": (export(GOOD).replace(b"\x00", b"\x01"), "not a zip"),
    "encrypted": (encrypted(), "not a zip"),
    "a size that lies": (lying(), "not a zip|no advisory"),
    "nothing in it": (zipped({}), "no advisory"),
    "no records in it": (zipped({"README.md": b"x"}), "no advisory"),
    "malformed alone": (zipped({"a.json": b"{}"}), "no advisory; 1 documents cannot be read"),
    "withdrawn alone": (export(TAKEN_BACK), "no advisory"),
    "bomb": (bomb(), "zip bomb"),
}


@pytest.mark.parametrize(("data", "reason"), BROKEN_ZIPS.values(), ids=BROKEN_ZIPS)
def test_broken_zips_are_unanswered(data, reason):
    with pytest.raises(Unanswered, match=reason):
        from_zip(data)


@given(st.binary(max_size=200), st.integers(0, 400))
def test_damage_anywhere_is_unanswered_or_harmless(noise, place):
    data = export(GOOD)
    damaged = data[:place] + noise + data[place + len(noise) :]
    with contextlib.suppress(Unanswered):
        from_zip(damaged)


@pytest.mark.parametrize(
    "limits",
    [
        SnapshotLimits(packed_bytes=10),
        SnapshotLimits(documents=1),
        SnapshotLimits(document_bytes=10),
        SnapshotLimits(total_bytes=300),
    ],
)
def test_limits(limits, tmp_path):
    documents = files(GOOD, document("GHSA-3", until("demo", "2")))
    (tmp_path / "all.zip").write_bytes(zipped(documents))
    for path in (tmp_path / "all.zip",):
        with pytest.raises(Unanswered):
            from_path(path, limits)
    if limits.packed_bytes > 10:
        with pytest.raises(Unanswered):
            from_files(documents, limits)


def test_names_in_a_zip_are_no_paths(tmp_path):
    packed = zipped({"../../escape.json": encoded(GOOD), "/etc/x.json": encoded(document("GHSA-3"))})
    assert len(from_zip(packed).database) == 2
    assert not list(tmp_path.parent.glob("escape.json"))


def test_a_name_in_a_zip_twice_is_read_twice():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.json", encoded(GOOD))
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a.json", encoded(document("GHSA-3", until("demo", "2"))))
    assert {r.id for r in from_zip(buffer.getvalue()).database.affecting(pin("demo==1"))} == {
        "GHSA-1",
        "GHSA-3",
    }


def test_missing_files_are_unanswered(tmp_path):
    with pytest.raises(Unanswered, match="No such file"):
        from_path(tmp_path / "none.zip")
    with pytest.raises(Unanswered, match="no advisory"):
        from_path(tmp_path)
    with pytest.raises(Unanswered, match="no advisory"):
        from_tree(FolderTree({}), "policies/osv")


@pytest.mark.skipif(os.name != "posix", reason="symlinks and FIFOs")
@pytest.mark.parametrize(
    "make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")], ids=["fifo", "symlink"]
)
def test_a_folder_holds_regular_files_alone(tmp_path, make):
    (tmp_path / "good.json").write_bytes(encoded(GOOD))
    make(tmp_path / "odd.json")
    with pytest.raises(Unanswered, match=r"odd\.json, which is not a regular file"):
        from_path(tmp_path)


def test_a_download_that_fails_is_unanswered():
    def download(url: str) -> bytes:
        raise Unanswered("http", "HTTP 503")

    with pytest.raises(Unanswered, match="HTTP 503"):
        from_url("https://advisories.example/all.zip", download)
