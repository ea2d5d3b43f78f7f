"""`proctor lock` without its command line."""

from __future__ import annotations

import datetime as dt

import pytest

from checker.errors import InputError
from checker.model.base import Location
from checker.model.policy import LockSettings, Target
from checker.model.skill import Problem
from checker.rules.lock.locking import changed, lock_path, lock_skill
from checker.rules.lock.text import lock_text
from checker.tools import LockRequest
from tests.lock.support import NOW, TARGET, a_policy, a_skill


class Recorder:
    """A resolver that locks `app` 1.0 and remembers what it was asked."""

    def __init__(self) -> None:
        self.requests: list[LockRequest] = []

    def lock(self, request: LockRequest) -> str:
        self.requests.append(request)
        file = {"url": "https://files.example/app-1.0-py3-none-any.whl", "hashes": {"sha256": "0" * 64}}
        packages = [{"name": "app", "version": "1.0", "wheels": [file]}]
        document = {"lock-version": "1.0", "created-by": "uv", "packages": packages}
        made_for = {"target": request.target.name, "python": request.python}
        return lock_text(document, {}, exclude_newer=request.exclude_newer, **made_for)


class Files:
    """A tree of nothing but files."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files

    def read(self, path: str, limit: int) -> bytes:
        if path not in self.files:
            raise InputError("missing", path)
        return self.files[path]


def test_every_target_gets_its_file() -> None:
    policy = a_policy(targets=(TARGET, Target(name="mac", platform="macos", python="3.12")))
    resolver = Recorder()
    assert set(lock_skill(a_skill(["app"]), policy, resolver, NOW)) == {
        "skills/x/pylock.toml",
        "skills/x/pylock.mac.toml",
    }
    assert [request.python for request in resolver.requests] == ["3.11", "3.12"]


def test_the_skill_at_the_root() -> None:
    assert lock_path(a_skill([], id="."), a_policy(), TARGET) == "pylock.toml"


def test_the_python_of_the_skill_counts() -> None:
    resolver = Recorder()
    lock_skill(a_skill(["app"], python="3.13"), a_policy(), resolver, NOW)
    assert resolver.requests[0].python == "3.13"


def date_used(
    *requirements: str, locked: str | None = None, upgrade: bool = False, **policy: object
) -> dt.datetime:
    skill = a_skill(requirements, {TARGET.name: locked} if locked else {})
    resolver = Recorder()
    later = NOW + dt.timedelta(days=100, microseconds=7)
    lock_skill(skill, a_policy(**policy), resolver, later, upgrade=upgrade)
    newest = resolver.requests[0].exclude_newer
    assert newest is not None
    return newest


def a_lock() -> str:
    (text,) = lock_skill(a_skill(["app"]), a_policy(), Recorder(), NOW).values()
    return text


LATER = NOW + dt.timedelta(days=100)


def test_the_date_of_a_lock_that_is_in_step_is_kept() -> None:
    assert date_used("app", locked=a_lock()) == NOW
    assert date_used("app", locked=a_lock(), upgrade=True) == LATER
    assert date_used("app>=2", locked=a_lock()) == LATER
    assert date_used("app", "more", locked=a_lock()) == LATER
    assert date_used("app") == LATER


def test_the_policys_date_and_age_come_first() -> None:
    fixed = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
    settings = LockSettings(max_packages=10, timeout_seconds=1, exclude_newer=fixed)
    assert date_used("app", locked=a_lock(), lock=settings) == fixed
    assert date_used("app", min_release_age_days=14) == LATER - dt.timedelta(days=14)
    assert date_used("app", locked=a_lock(), min_release_age_days=200) == LATER - dt.timedelta(days=200)


def test_nothing_changed_when_the_tree_holds_the_same_bytes() -> None:
    texts = {"skills/x/pylock.toml": a_lock()}
    assert changed(texts, Files({"skills/x/pylock.toml": a_lock().encode()})) == {}  # type: ignore[arg-type]
    assert changed(texts, Files({})) == texts  # type: ignore[arg-type]


def test_a_skill_without_packages_needs_no_lock() -> None:
    assert lock_skill(a_skill([]), a_policy(), Recorder(), NOW) == {}


@pytest.mark.parametrize(
    "requirement",
    [
        "app @ https://evil.example/app-1.0-py3-none-any.whl",
        "app @ file:///etc/passwd",
        "app @ git+https://git.example/app",
        'app; os_name != "a\\n-r /etc/passwd"',
    ],
)
def test_declarations_that_reach_no_resolver(requirement: str) -> None:
    resolver = Recorder()
    with pytest.raises(InputError) as caught:
        lock_skill(a_skill(["fine", requirement]), a_policy(), resolver, NOW)
    assert (caught.value.file, caught.value.line) == ("skills/x/skill.yaml", 5)
    assert resolver.requests == []


def test_a_skill_that_cannot_be_read_is_not_locked() -> None:
    problem = Problem(message="no name", location=Location(file="skills/x/SKILL.md", line=1), fatal=True)
    with pytest.raises(InputError, match="no name"):
        lock_skill(a_skill(["app"], problems=(problem,)), a_policy(), Recorder(), NOW)
