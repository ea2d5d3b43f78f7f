"""The real uv against a loopback index."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from checker.engines.uv import default_index, find_uv
from checker.errors import Unanswered, UsageError
from checker.load.lockfile import parse_lock
from checker.rules.lock.text import requirement_line
from checker.tools import Conflict, LockRequest
from tests.lock.support import NOW, TARGET, Client
from tests.support.index_server import IndexServer, answers
from tests.support.wheels import build_sdist, build_wheel


@pytest.fixture
def server() -> Iterator[IndexServer]:
    with IndexServer() as index:
        index.add(
            build_wheel(
                "app",
                "1.0",
                requires=["lib>=1", "colour; sys_platform == 'win32'", "fast; extra == 'speed'"],
                extras=["speed"],
            )
        )
        index.add(build_wheel("app", "2.0", requires=["lib>=2"]), uploaded="2025-05-01T00:00:00Z")
        index.add(build_wheel("lib", "1.5"))
        index.add(build_wheel("lib", "2.5"), uploaded="2025-05-01T00:00:00Z")
        index.add(build_wheel("fast", "1.0"))
        index.add(build_wheel("old-user", "1.0", requires=["lib<2"]))
        index.add(build_sdist("built", "1.0"))
        yield index


@pytest.fixture
def client(server: IndexServer, tmp_path: Path) -> Iterator[Client]:
    with Client(tmp_path, server.url) as made:
        yield made


def request(*requirements: str, newest: dt.datetime = NOW) -> LockRequest:
    return LockRequest(
        requirements=tuple(Requirement(text) for text in requirements),
        python="3.11",
        target=TARGET,
        exclude_newer=newest,
    )


def locked(text: str) -> dict[str, tuple[str, tuple[str, ...] | None]]:
    lock = parse_lock(text.encode(), "pylock.toml", TARGET.name)
    return {d.name: (str(d.version), d.requires) for d in lock.distributions}


def test_lock_has_hashes_edges_and_what_it_was_made_for(client: Client) -> None:
    text = client.resolver().lock(request("app"))
    assert locked(text) == {"app": ("2.0", ("lib",)), "lib": ("2.5", ())}
    lock = parse_lock(text.encode(), "pylock.toml", TARGET.name)
    assert (lock.locked_target, lock.locked_python, lock.exclude_newer) == (TARGET.name, "3.11", NOW)
    assert all(file.sha256 and file.size for d in lock.distributions for file in d.wheels)


def test_locking_again_gives_the_same_bytes(client: Client, server: IndexServer, tmp_path: Path) -> None:
    first = client.resolver().lock(request("app[speed]==1.0"))
    with Client(tmp_path / "elsewhere", server.url) as other:
        assert other.resolver().lock(request("app[speed]==1.0")) == first


def test_newer_uploads_than_the_date_are_not_used(client: Client) -> None:
    text = client.resolver().lock(request("app", newest=dt.datetime(2025, 1, 1, tzinfo=dt.UTC)))
    assert locked(text) == {"app": ("1.0", ("lib",)), "lib": ("1.5", ())}


def test_edges_follow_extras_and_leave_out_other_platforms(client: Client) -> None:
    text = client.resolver().lock(request("app[speed]<2"))
    assert locked(text)["app"] == ("1.0", ("fast", "lib"))
    assert "colour" not in locked(text)


def test_conflict_carries_the_words_of_uv_and_the_declared_names(client: Client) -> None:
    with pytest.raises(Conflict) as caught:
        client.resolver().lock(request("app>=2", "old-user", "fast"))
    assert "depends on lib" in caught.value.explanation
    assert caught.value.clashing == ("app", "old-user")


def test_a_name_the_index_does_not_have_is_a_conflict(client: Client) -> None:
    with pytest.raises(Conflict, match="not found") as caught:
        client.resolver().lock(request("no-such-thing"))
    assert caught.value.clashing == ("no-such-thing",)


def test_source_archives_are_refused_without_being_built(client: Client, server: IndexServer) -> None:
    with pytest.raises(Conflict, match="built"):
        client.resolver().lock(request("built"))
    assert not server.asked["/files/built-1.0.tar.gz"]


def test_more_distributions_than_allowed(client: Client) -> None:
    with pytest.raises(Unanswered, match="2 distributions are needed, the policy allows 1"):
        client.resolver(max_packages=1).lock(request("app"))


@pytest.mark.parametrize("path", ["/simple/app/", "/simple/lib/"])
def test_an_index_that_fails_is_no_conflict(client: Client, server: IndexServer, path: str) -> None:
    server.faults[path] = answers(403, b"no", "text/plain")
    with pytest.raises(Unanswered):
        client.resolver().lock(request("app"))


def test_uv_that_takes_too_long(client: Client) -> None:
    order = request("app")
    slow = LockRequest(order.requirements, order.python, order.target, NOW, timeout_seconds=0.001)
    with pytest.raises(Unanswered, match="within"):
        client.resolver().lock(slow)


def test_variables_and_files_of_the_surroundings_have_no_say(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    tmp_path.joinpath("uv.toml").write_text('index-url = "http://127.0.0.1:9/evil"\n')
    monkeypatch.setenv("UV_OVERRIDE", str(tmp_path / "missing"))
    monkeypatch.setenv("UV_INDEX", "http://127.0.0.1:9/evil")
    monkeypatch.setenv("UV_PRERELEASE", "nonsense")
    assert "app" in locked(client.resolver().lock(request("app")))


@pytest.mark.parametrize(
    "text",
    [
        # The parser turns the two characters of the escape into a line break inside the marker.
        'app; os_name != "a\\n-r /etc/passwd"',
        "app @ https://index.example/\n-r/etc/passwd",
        'app; os_name != "a\\\\"',
        "app @ https://index.example/${HOME}/app-1.0-py3-none-any.whl",
        'app; os_name != "a #b"',
    ],
)
def test_requirements_that_a_file_reads_in_another_way_are_refused(client: Client, text: str) -> None:
    with pytest.raises(ValueError, match="another way"):
        requirement_line(Requirement(text))
    with pytest.raises(UsageError):
        client.resolver().lock(request(text))


def test_first_index_wins_even_where_the_second_has_a_newer_version(
    server: IndexServer, tmp_path: Path
) -> None:
    with IndexServer() as second, Client(tmp_path, server.url, second.url) as client:
        second.add(build_wheel("lib", "99.0"))
        second.add(build_wheel("other", "1.0"))
        assert locked(client.resolver().lock(request("lib", "other"))) == {
            "lib": ("2.5", ()),
            "other": ("1.0", ()),
        }


def test_credentials_of_an_index_work_and_stay_out_of_the_lock(tmp_path: Path) -> None:
    with IndexServer(login="me:s3cret") as server:
        server.add(build_wheel("private", "1.0"))
        url = server.url.replace("http://", "http://me:s3cret@")
        with Client(tmp_path, url) as client:
            text = client.resolver().lock(request("private"))
    assert "private" in text
    assert "s3cret" not in text


def test_default_index_is_the_operators(monkeypatch: pytest.MonkeyPatch) -> None:
    uv = find_uv()
    assert default_index(uv, {"UV_DEFAULT_INDEX": "https://index.example/a"}) == "https://index.example/a"
    assert default_index(uv, {"UV_INDEX_URL": "https://index.example/b"}) == "https://index.example/b"
    assert default_index(uv, {"UV_INDEX": "https://index.example/c"}).startswith("https://")
    assert "index.example" not in default_index(uv, {"UV_INDEX": "https://index.example/c"})


def test_uv_that_is_missing_or_silent(tmp_path: Path) -> None:
    with pytest.raises(Unanswered, match="not installed"):
        default_index(str(tmp_path / "uv"), {})
    fake = tmp_path / "fake"
    fake.write_text("#!/bin/sh\nexit 0\n")
    fake.chmod(0o755)
    with pytest.raises(Unanswered, match="did not name"):
        default_index(str(fake), {})
