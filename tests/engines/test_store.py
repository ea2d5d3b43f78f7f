"""The store of records: what was put comes back, and nothing that is not exactly that ever does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.engines import store
from checker.engines.store import FolderStore
from tests.support.limits import file_size

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
_WRITER = "import sys; from checker.engines.store import FolderStore as F; from pathlib import Path\n"
_WRITER += "for n in range(60): F(Path(sys.argv[1])).put('kind', 'key', [sys.argv[2]] * 2000)"


def _record(folder: Path) -> Path:
    (found,) = (folder / "kind").iterdir()
    return found


@given(value=JSON, key=JSON)
def test_what_was_put_comes_back(
    tmp_path_factory: pytest.TempPathFactory, value: object, key: object
) -> None:
    folder = tmp_path_factory.mktemp("store") / "records"
    FolderStore(folder).put("kind", key, value)
    assert FolderStore(folder).get("kind", key) == json.loads(json.dumps(value))
    assert FolderStore(folder).get("other", key) is None
    assert FolderStore(folder).get("kind", [key, "more"]) is None


def test_a_damaged_record_is_absent_wherever_the_damage_is(tmp_path: Path) -> None:
    kept = FolderStore(tmp_path)
    kept.put("kind", "key", {"packages": ["demo"]})
    path = _record(tmp_path)
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert kept.get("kind", "key") is None, place
        path.write_bytes(whole[:place])
        assert kept.get("kind", "key") is None, place
    kept.put("kind", "key", "again")
    assert kept.get("kind", "key") == "again"


def test_a_record_of_another_key_or_version_is_absent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = FolderStore(tmp_path)
    kept.put("kind", "one", "first")
    first = _record(tmp_path)
    kept.put("kind", "two", "second")
    (second,) = {*(tmp_path / "kind").iterdir()} - {first}
    second.write_bytes(first.read_bytes())
    assert (kept.get("kind", "one"), kept.get("kind", "two")) == ("first", None)
    monkeypatch.setattr(store, "__version__", "0.0.0")
    assert kept.get("kind", "one") is None


def test_a_record_behind_a_link_is_absent(tmp_path: Path) -> None:
    there = tmp_path / "there"
    FolderStore(there).put("kind", "key", "value")
    (tmp_path / "folder").symlink_to(there)
    (tmp_path / "kinds").mkdir()
    (tmp_path / "kinds" / "kind").symlink_to(there / "kind")
    (tmp_path / "files" / "kind").mkdir(parents=True)
    record = _record(there)
    (tmp_path / "files" / "kind" / record.name).symlink_to(record)
    assert [FolderStore(tmp_path / n).get("kind", "key") for n in ("folder", "kinds", "files")] == [None] * 3
    for name in ("folder", "kinds"):
        FolderStore(tmp_path / name).put("kind", "more", "value")
    assert list((there / "kind").iterdir()) == [record], "nothing is written through a link"


@pytest.mark.skipif(os.name == "nt", reason="file modes")
def test_a_record_that_others_may_write_is_absent(tmp_path: Path) -> None:
    kept = FolderStore(tmp_path)
    kept.put("kind", "key", "value")
    _record(tmp_path).chmod(0o666)
    assert kept.get("kind", "key") is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes")
def test_what_is_no_file_is_absent_and_is_not_waited_for(tmp_path: Path) -> None:
    kept = FolderStore(tmp_path)
    kept.put("kind", "key", "value")
    path = _record(tmp_path)
    path.unlink()
    os.mkfifo(path, 0o600)
    assert kept.get("kind", "key") is None
    path.unlink()
    path.mkdir()
    kept.put("kind", "key", "value")
    assert kept.get("kind", "key") is None


def test_a_folder_that_cannot_be_made_costs_the_record_alone(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    kept = FolderStore(tmp_path / "file" / "records")
    kept.put("kind", "key", "value")
    kept.trim("kind", 1)
    assert kept.get("kind", "key") is None


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="permissions of POSIX")
def test_a_folder_that_may_only_be_read_is_read() -> None:
    with nobody(), tempfile.TemporaryDirectory() as folder:
        kept = FolderStore(Path(folder))
        kept.put("kind", "key", "value")
        kind = Path(folder, "kind")
        kind.chmod(0o500)
        kept.put("kind", "more", "value")
        assert (kept.get("kind", "key"), kept.get("kind", "more")) == ("value", None)
        kind.chmod(0o700)


@contextmanager
def nobody() -> Iterator[None]:
    """Work as a user who may not do everything: root, who may, becomes one for a while."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_full_disk_leaves_the_record_that_was_there(tmp_path: Path) -> None:
    kept = FolderStore(tmp_path)
    kept.put("kind", "key", "value")
    with file_size(1000):
        kept.put("kind", "key", ["long"] * 5000)
    assert kept.get("kind", "key") == "value"
    assert len(list((tmp_path / "kind").iterdir())) == 1, "no half of a record stays"


def test_two_processes_that_write_at_once_never_leave_half_a_record(tmp_path: Path) -> None:
    processes = [
        subprocess.Popen([sys.executable, "-c", _WRITER, str(tmp_path), word]) for word in ("one", "two")
    ]
    seen = set()
    reader = threading.Event()
    while any(process.poll() is None for process in processes):
        match FolderStore(tmp_path).get("kind", "key"):
            case list() as value:
                assert value in (["one"] * 2000, ["two"] * 2000)
                seen.add(value[0])
            case nothing:
                assert nothing is None
        reader.wait(0.002)
    assert [process.wait() for process in processes] == [0, 0]
    assert seen


def test_the_records_used_last_stay(tmp_path: Path) -> None:
    kept = FolderStore(tmp_path)
    for number in range(4):
        kept.put("kind", number, number)
        os.utime(kept._path("kind", number), ns=(number, number))
    assert kept.get("kind", 0) == 0
    kept.trim("kind", 2)
    assert [kept.get("kind", number) for number in range(4)] == [0, None, None, 3]


def test_a_kind_is_a_word(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not a kind"):
        FolderStore(tmp_path).put("../kind", "key", "value")
