"""The index client against a loopback index that speaks the real protocol, also when it misbehaves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.utils import canonicalize_name

from checker.engines.http import Http, Patience
from checker.errors import Unanswered
from checker.tools import CoreMetadata, IndexFile, Project
from tests.lock.support import IMPATIENT, Client
from tests.support.index_server import JSON, Fault, IndexServer, Served, answers, drips, hangs, truncated
from tests.support.wheels import Built, build_wheel

APP = canonicalize_name("app")


@pytest.fixture
def server() -> Iterator[IndexServer]:
    with IndexServer() as index:
        index.add(
            build_wheel("app", "1.0", requires=["lib>=1; python_version > '3'"], requires_python=">=3.8")
        )
        yield index


@pytest.fixture
def client(server: IndexServer, tmp_path: Path) -> Iterator[Client]:
    with Client(tmp_path, server.url) as made:
        yield made


def page(client: Client, name: str = "app") -> Project | Unanswered:
    return client.index.projects([canonicalize_name(name)])[canonicalize_name(name)]


def file_of(client: Client) -> IndexFile:
    project = page(client)
    assert isinstance(project, Project)
    return next(iter(project.files.values()))


def metadata(client: Client) -> CoreMetadata | Unanswered:
    file = file_of(client)
    return client.index.metadata([file])[file.filename]


def test_a_page_in_full(client: Client, server: IndexServer) -> None:
    server.projects["app"]["app-1.0-py3-none-any.whl"].yanked = "broken"
    file = file_of(client)
    assert file.url == f"{server.origin}/files/app-1.0-py3-none-any.whl"
    assert (file.yanked, file.has_metadata, file.uploaded is not None) == ("broken", True, True)
    assert file.metadata_sha256 is not None


@pytest.mark.parametrize(("said", "kept"), [(False, None), (True, ""), ("", ""), ("why", "why")])
def test_yanked_in_every_form(
    client: Client, server: IndexServer, said: bool | str, kept: str | None
) -> None:
    server.projects["app"]["app-1.0-py3-none-any.whl"].yanked = said
    assert file_of(client).yanked == kept


def test_a_name_no_index_has_is_a_project_without_files(client: Client) -> None:
    missing = page(client, "no-such")
    assert isinstance(missing, Project)
    assert not missing.files


def test_names_and_wheels_are_asked_once(client: Client, server: IndexServer) -> None:
    for _ in range(3):
        assert isinstance(metadata(client), CoreMetadata)
    assert server.asked == {"/simple/app/": 1, "/files/app-1.0-py3-none-any.whl.metadata": 1}


def test_a_failure_is_not_asked_again_either(client: Client, server: IndexServer) -> None:
    server.faults["*"] = answers(403)
    assert isinstance(page(client), Unanswered)
    asked = sum(server.asked.values())
    assert isinstance(page(client), Unanswered)
    assert sum(server.asked.values()) == asked


def test_the_first_index_that_knows_a_name_answers_for_it(server: IndexServer, tmp_path: Path) -> None:
    with IndexServer() as second, Client(tmp_path, server.url, second.url) as client:
        second.add(build_wheel("app", "99.0"))
        second.add(build_wheel("other", "1.0"))
        assert list(page(client).files) == ["app-1.0-py3-none-any.whl"]  # type: ignore[union-attr]
        assert page(client, "other").index == second.url  # type: ignore[union-attr]


def test_a_first_index_that_fails_does_not_hand_over_to_the_second(
    server: IndexServer, tmp_path: Path
) -> None:
    server.faults["*"] = answers(500)
    with IndexServer() as second, Client(tmp_path, server.url, second.url) as client:
        second.add(build_wheel("app", "99.0"))
        assert isinstance(page(client), Unanswered)


def body(**changes: Any) -> bytes:
    file = {"filename": "app-1.0.tar.gz", "url": "x", "hashes": {}}
    return json.dumps({"meta": {"api-version": "1.1"}, "name": "app", "files": [file], **changes}).encode()


FAULTS: dict[str, Fault] = {
    "500": answers(500),
    "403": answers(403),
    "html": answers(200, b"<html><a href='app-1.0.tar.gz'>app</a></html>", "text/html"),
    "html that claims to be json": answers(200, b"<html>"),
    "empty": answers(200),
    "truncated": truncated(b'{"meta": {"api-ver', 500),
    "not an object": answers(200, b"[]"),
    "another api": answers(200, body(meta={"api-version": "2.0"})),
    "another project": answers(200, body(name="evil")),
    "files is no list": answers(200, body(files={})),
    "a file without hashes": answers(200, body(files=[{"filename": "a", "url": "x"}])),
    "a short hash": answers(200, body(files=[{"filename": "a", "url": "x", "hashes": {"sha256": "00"}}])),
    "a file twice": answers(200, body(files=[{"filename": "a", "url": "x", "hashes": {}}] * 2)),
    "a local file": answers(200, body(files=[{"filename": "a", "url": "file:///etc/passwd", "hashes": {}}])),
    "a path as a name": answers(200, body(files=[{"filename": "../a", "url": "x", "hashes": {}}])),
    "a negative size": answers(200, body(files=[{"filename": "a", "url": "x", "hashes": {}, "size": -1}])),
    "deep": answers(200, b"[" * 200_000),
    "hang": hangs(1.5),
    "drip": drips(1.5),
    "redirect to a file": answers(302, b"", location="file:///etc/passwd"),
    "redirect for ever": answers(302, b"", location="/simple/app/"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_whatever_else_it_says_is_no_answer(server: IndexServer, tmp_path: Path, name: str) -> None:
    server.faults["*"] = FAULTS[name]
    with Client(tmp_path, server.url, patience=IMPATIENT) as client:
        answer = page(client)
    assert isinstance(answer, Unanswered), answer
    assert answer.engine == "package index"


def test_an_index_that_is_not_there(tmp_path: Path) -> None:
    with Client(tmp_path, "http://127.0.0.1:9/simple") as client:
        assert isinstance(page(client), Unanswered)


def test_one_name_that_fails_does_not_hide_the_others(client: Client, server: IndexServer) -> None:
    server.faults["/simple/bad/"] = answers(500)
    found = client.index.projects([APP, canonicalize_name("bad")])
    assert isinstance(found[APP], Project)
    assert isinstance(found[canonicalize_name("bad")], Unanswered)


def test_a_passing_fault_is_tried_again(client: Client, server: IndexServer) -> None:
    def once(handler: Any) -> None:
        server.faults.clear()
        handler.send(429, b"", "text/plain", {"Retry-After": "0"})

    server.faults["/simple/app/"] = once
    assert isinstance(page(client), Project)


def test_an_answer_without_end_is_cut(server: IndexServer) -> None:
    server.faults["*"] = answers(200, b"x" * 10_000)
    with Http("package index", Patience()) as http, pytest.raises(Unanswered, match="more than 5000 bytes"):
        http.get(server.url, accept=JSON, max_bytes=5_000)


def test_a_compressed_answer_is_cut_by_its_unpacked_size(server: IndexServer) -> None:
    import gzip

    bomb = gzip.compress(b"x" * 5_000_000)
    server.faults["*"] = answers(200, bomb, content_encoding="gzip")
    with Http("package index", Patience()) as http, pytest.raises(Unanswered, match="more than"):
        http.get(server.url, accept=JSON, max_bytes=1_000_000)


def test_credentials_are_sent_and_never_shown(tmp_path: Path) -> None:
    with IndexServer(login="me:s3cret") as server:
        server.add(build_wheel("app", "1.0"))
        with Client(tmp_path, server.url.replace("http://", "http://me:s3cret@")) as client:
            assert isinstance(metadata(client), CoreMetadata)
            assert "s3cret" not in page(client).index  # type: ignore[union-attr]
        with Client(tmp_path, server.url.replace("http://", "http://me:wr0ng@")) as client:
            assert "wr0ng" not in str(page(client))


def test_the_operators_proxy_is_the_way_out(
    server: IndexServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", server.origin)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server.faults["http://index.example/index/app/"] = answers(200, body())
    with Client(tmp_path, "http://index.example/index") as client:
        project = page(client)
    assert isinstance(project, Project)
    assert project.files["app-1.0.tar.gz"].url == "http://index.example/index/app/x"


def test_file_addresses_are_relative_to_where_the_page_came_from(client: Client, server: IndexServer) -> None:
    server.faults["/simple/app/"] = answers(302, b"", location="/mirror/deep/app/")
    server.faults["/mirror/deep/app/"] = answers(200, body())
    project = page(client)
    assert isinstance(project, Project)
    assert project.files["app-1.0.tar.gz"].url == f"{server.origin}/mirror/deep/app/x"


# Core metadata


def test_metadata_beside_the_wheel(client: Client) -> None:
    found = metadata(client)
    assert isinstance(found, CoreMetadata)
    assert [str(r) for r in found.requires] == ['lib>=1; python_version > "3"']
    assert found.requires_python == ">=3.8"


def test_metadata_is_kept_by_hash_and_checked_when_read(
    client: Client, server: IndexServer, tmp_path: Path
) -> None:
    metadata(client)
    (kept,) = (tmp_path / "metadata").iterdir()
    with Client(tmp_path, server.url) as again:
        assert isinstance(metadata(again), CoreMetadata)
    assert server.asked["/files/app-1.0-py3-none-any.whl.metadata"] == 1
    kept.write_bytes(b"Metadata-Version: 2.1\nName: app\nVersion: 1.0\n")
    with Client(tmp_path, server.url) as after:
        assert metadata(after).requires  # type: ignore[union-attr]
    assert server.asked["/files/app-1.0-py3-none-any.whl.metadata"] == 2


def test_metadata_out_of_the_wheel_where_none_is_beside_it(client: Client, server: IndexServer) -> None:
    server.projects["app"]["app-1.0-py3-none-any.whl"].metadata = False
    assert isinstance(metadata(client), CoreMetadata)
    assert server.asked["/files/app-1.0-py3-none-any.whl"] == 1


def serve(server: IndexServer, built: Built, **details: Any) -> None:
    server.projects["app"] = {built.filename: Served(built, **details)}


WRONG: dict[str, bytes] = {
    "empty": b"",
    "no version": b"Metadata-Version: 2.1\nName: app\n",
    "another name": b"Metadata-Version: 2.1\nName: evil\nVersion: 1.0\n",
    "another version": b"Metadata-Version: 2.1\nName: app\nVersion: 2.0\n",
    "no requirement": b"Metadata-Version: 2.1\nName: app\nVersion: 1.0\nRequires-Dist: ===\n",
    "an endless version": b"Metadata-Version: 2.1\nName: app\nVersion: 1.0\nRequires-Dist: x<" + b"9" * 5_000,
    "an endless Python": b"Metadata-Version: 2.1\nName: app\nVersion: 1.0\nRequires-Python: <" + b"9" * 5_000,
    "binary": bytes(range(256)),
}


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize("beside", [True, False])
def test_metadata_that_is_of_no_use(client: Client, server: IndexServer, name: str, beside: bool) -> None:
    serve(server, build_wheel("app", "1.0", metadata=WRONG[name]), metadata=beside)
    assert isinstance(metadata(client), Unanswered)


def test_metadata_with_another_hash_than_published(client: Client, server: IndexServer) -> None:
    serve(server, build_wheel("app", "1.0"), listed={"core-metadata": {"sha256": "0" * 64}})
    assert isinstance(metadata(client), Unanswered)


def test_metadata_that_is_promised_but_missing(client: Client, server: IndexServer) -> None:
    server.faults["/files/app-1.0-py3-none-any.whl.metadata"] = answers(404)
    assert isinstance(metadata(client), Unanswered)


def test_a_wheel_that_is_not_the_listed_one_gives_no_metadata(client: Client, server: IndexServer) -> None:
    serve(server, build_wheel("app", "1.0"), metadata=False, listed={"hashes": {"sha256": "0" * 64}})
    assert isinstance(metadata(client), Unanswered)


def test_a_wheel_that_is_no_zip_gives_no_metadata(client: Client, server: IndexServer) -> None:
    serve(server, Built("app-1.0-py3-none-any.whl", b"PK not really", b""), metadata=False)
    assert isinstance(metadata(client), Unanswered)
