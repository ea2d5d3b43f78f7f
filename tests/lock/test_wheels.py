"""The store of wheels: what comes out is what the lock says, whoever was at the store or the server."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from checker.engines.wheels import WheelStore
from checker.errors import InputError, Unanswered
from checker.model.lock import LockedFile
from checker.overlap import overlapped
from tests.lock.support import Client
from tests.support.index_server import IndexServer, answers, drips, truncated
from tests.support.wheels import build_wheel

WHEEL = build_wheel("app", "1.0")
PATH = f"/files/{WHEEL.filename}"


@pytest.fixture
def server() -> Iterator[IndexServer]:
    with IndexServer() as index:
        index.add(WHEEL)
        yield index


@pytest.fixture
def client(server: IndexServer, tmp_path: Path) -> Iterator[Client]:
    with Client(tmp_path, server.url) as made:
        yield made


def locked(server: IndexServer, **changes: object) -> LockedFile:
    values = {
        "filename": WHEEL.filename,
        "url": f"{server.origin}{PATH}",
        "sha256": WHEEL.sha256,
        "size": len(WHEEL.data),
    }
    return LockedFile.model_validate({**values, **changes})


def left_behind(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file()]


def test_a_wheel_is_fetched_once_and_kept_by_hash(
    client: Client, server: IndexServer, tmp_path: Path
) -> None:
    for _ in range(2):
        (path,) = client.store.fetch([locked(server)] * 2, max_bytes=10_000).values()
        assert path == tmp_path / "wheels" / WHEEL.sha256 / WHEEL.filename
        assert path.read_bytes() == WHEEL.data
    assert server.asked[PATH] == 1
    assert left_behind(tmp_path) == [WHEEL.filename]


def test_threads_that_want_the_same_wheel_share_it(client: Client, server: IndexServer) -> None:
    """As skills do that are built at the same time."""
    server.faults[PATH] = lambda handler: (time.sleep(0.1), handler.send(200, WHEEL.data, "application/zip"))
    files = [locked(server)]
    found = overlapped(lambda _: client.store.fetch(files, max_bytes=10_000), range(4), 4)
    assert all(paths == found[0] for paths in found)
    assert server.asked[PATH] == 1


def test_only_a_download_is_told(client: Client, server: IndexServer, tmp_path: Path) -> None:
    class Ledger:
        steps: list[tuple[str, str]] = []

        def step(self, stage: str, detail: str = "") -> None:
            self.steps.append((stage, detail))

    store = WheelStore(tmp_path / "told", client.http, progress=Ledger())
    for _ in range(2):
        store.fetch([locked(server)], max_bytes=10_000)
    assert Ledger.steps == [("downloading", WHEEL.filename)]


def test_an_altered_entry_is_fetched_anew(client: Client, server: IndexServer) -> None:
    (path,) = client.store.fetch([locked(server)], max_bytes=10_000).values()
    path.write_bytes(b"poison" + path.read_bytes()[6:])
    (again,) = client.store.fetch([locked(server)], max_bytes=10_000).values()
    assert again.read_bytes() == WHEEL.data
    assert server.asked[PATH] == 2


@pytest.mark.skipif(os.name == "nt", reason="needs symlinks")
def test_a_link_in_the_store_is_replaced_not_followed(
    client: Client, server: IndexServer, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(WHEEL.data)
    entry = tmp_path / "wheels" / WHEEL.sha256 / WHEEL.filename
    entry.parent.mkdir(parents=True)
    entry.symlink_to(elsewhere)
    (path,) = client.store.fetch([locked(server)], max_bytes=10_000).values()
    assert not path.is_symlink()


def test_other_bytes_than_the_lock_says(client: Client, server: IndexServer, tmp_path: Path) -> None:
    server.faults[PATH] = answers(200, b"x" * len(WHEEL.data))
    with pytest.raises(InputError, match="sha256"):
        client.store.fetch([locked(server)], max_bytes=10_000)
    assert left_behind(tmp_path) == []


def test_more_bytes_than_the_lock_says(client: Client, server: IndexServer, tmp_path: Path) -> None:
    server.faults[PATH] = answers(200, WHEEL.data + b"x")
    with pytest.raises(InputError, match="more than the expected"):
        client.store.fetch([locked(server)], max_bytes=10_000)
    assert left_behind(tmp_path) == []


def test_a_wrong_size_in_the_lock(client: Client, server: IndexServer) -> None:
    with pytest.raises(InputError, match="bytes where"):
        client.store.fetch([locked(server, size=len(WHEEL.data) + 1)], max_bytes=10_000)


def test_all_files_together_stay_under_the_limit(client: Client, server: IndexServer) -> None:
    other = server.add(build_wheel("other", "1.0"))
    second = LockedFile(
        filename=other.filename, url=f"{server.origin}/files/{other.filename}", sha256=other.sha256
    )
    with pytest.raises(Unanswered):
        client.store.fetch([locked(server), second], max_bytes=len(WHEEL.data) + 10)


@pytest.mark.parametrize("fault", [answers(500), answers(404), truncated(b"PK", 500), drips(1.5)])
def test_trouble_on_the_way_is_no_answer(
    client: Client, server: IndexServer, tmp_path: Path, fault: object
) -> None:
    server.faults[PATH] = fault  # type: ignore[assignment]
    with pytest.raises(Unanswered):
        client.store.fetch([locked(server, size=None)], max_bytes=10_000)
    assert left_behind(tmp_path) == []


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://x.example/a", "nonsense", "http://[", ""])
def test_only_http_addresses(client: Client, server: IndexServer, url: str) -> None:
    with pytest.raises(Unanswered, match="not an http"):
        client.store.fetch([locked(server, url=url)], max_bytes=10_000)


@pytest.mark.parametrize(
    "name", ["../a-1.0-py3-none-any.whl", "a/b.whl", ".whl", "a.exe", "a\n.whl", "é.whl"]
)
def test_names_that_lead_elsewhere(client: Client, server: IndexServer, name: str) -> None:
    with pytest.raises(InputError):
        client.store.fetch([locked(server, filename=name)], max_bytes=10_000)


@pytest.mark.parametrize("sha256", [None, "", "0" * 63, "../" * 21 + "a", "A" * 64])
def test_no_hash_no_file(client: Client, server: IndexServer, sha256: str | None) -> None:
    with pytest.raises(InputError, match="no sha256"):
        client.store.fetch([locked(server, sha256=sha256)], max_bytes=10_000)


def test_offline_answers_from_the_store_alone(client: Client, server: IndexServer, tmp_path: Path) -> None:
    offline = WheelStore(tmp_path / "wheels", None)
    with pytest.raises(Unanswered, match="not in the store, and --offline"):
        offline.fetch([locked(server)], max_bytes=10_000)
    client.store.fetch([locked(server)], max_bytes=10_000)
    assert offline.fetch([locked(server, url=None)], max_bytes=10_000)


def test_a_store_that_cannot_be_written(server: IndexServer, client: Client, tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the store should be")
    with pytest.raises(Unanswered, match="cannot be written"):
        WheelStore(blocked, client.http).fetch([locked(server)], max_bytes=10_000)
