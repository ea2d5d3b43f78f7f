"""The locks that `proctor init` makes: each on its own, none replaced, the Python its packages need."""

from __future__ import annotations

import datetime as dt

from checker.commands.init import Initiation, init, starting_policy
from checker.commands.init.report import Done, lines
from checker.errors import Unanswered
from checker.rules.lock.text import lock_text
from checker.tools import Conflict, LockRequest
from tests.support.trees import MemoryTree

NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
SKILL_MD = "---\nname: {0}\ndescription: d\n---\n"


class Fake:
    """A resolver that knows `app`, `new` (Python 3.12 and later), `never`, and nothing when it is `down`."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def lock(self, request: LockRequest) -> str:
        names = [requirement.name for requirement in request.requirements]
        self.asked += [(name, request.python) for name in names]
        if "down" in names:
            raise Unanswered("uv", "no index answers")
        if "never" in names:
            raise Conflict("No solution found: there is no version of never", ("never",))
        if "new" in names and request.python == "3.11":
            raise Conflict(
                "the requested Python version (>=3.11) does not satisfy Python>=3.12 and all versions of new "
                "depend on Python>=3.12",
                (),
            )
        document = {"lock-version": "1.0", "created-by": "uv", "packages": []}
        return lock_text(
            document,
            {},
            target=request.target.name,
            python=request.python,
            exclude_newer=request.exclude_newer,
        )


class Quiet:
    def step(self, stage: str, detail: str = "") -> None:
        """Nobody listens."""


def skills(**packages: str) -> dict[str, str]:
    files = {f"skills/{name}/SKILL.md": SKILL_MD.format(name) for name in packages}
    return files | {f"skills/{name}/requirements.txt": text for name, text in packages.items()}


def made(files: dict[str, str], resolver: Fake | None = None) -> Initiation:
    tree = MemoryTree(files)
    fake = resolver or Fake()
    return init(tree, starting_policy(tree), lambda: fake, NOW, Quiet())


def said(initiation: Initiation) -> str:
    return "\n".join(lines(initiation, Done()))


def test_one_that_cannot_be_locked_stops_no_other():
    initiation = made(skills(a="never\n", b="app\n", c="down\n"))
    assert list(initiation.locks.texts) == ["skills/b/pylock.toml"]
    out = said(initiation)
    assert "skills/a: skill.yaml written, 1 package, not locked\n  ? lock: its declarations cannot" in out
    assert (
        "    No solution found: there is no version of never\n      declared: never at skills/a/skill.yaml:4"
        in out
    )
    assert "skills/c: skill.yaml written, 1 package, not locked\n  ? lock: uv: no index answers" in out
    assert "3 skills: 3 skill.yaml written, 1 lock, 2 could not be made" in out


def test_the_python_that_the_packages_need_is_written_down():
    initiation = made(skills(a="new\n"))
    assert 'python: "3.12"' in initiation.files["skills/a/skill.yaml"]
    assert 'python = "3.12"' in initiation.files["skills/a/pylock.toml"]
    assert "locked for Python 3.12" in said(initiation)


def test_the_reason_is_that_of_the_python_that_is_needed():
    initiation = made(skills(a="new\nnever\n"))
    assert "no version of never" in initiation.locks.failures["skills/a"]


def test_a_manifest_that_is_there_keeps_its_python_and_gets_a_lock():
    manifest = {"skills/a/skill.yaml": "version: 1\npackages: [new]\n"}
    fake = Fake()
    initiation = made({**skills(a=""), **manifest}, fake)
    assert fake.asked == [("new", "3.11")]
    assert "skills/a/skill.yaml" not in initiation.files
    assert "skills/a: has a skill.yaml, not locked" in said(initiation)
    assert "skills/b/pylock.toml" in made({**skills(b="app\n")}).files


def test_a_lock_that_is_there_is_not_made_again():
    fake = Fake()
    files = {
        **skills(a=""),
        "skills/a/skill.yaml": "version: 1\npackages: [app]\n",
        "skills/a/pylock.toml": "whatever\n",
    }
    assert made(files, fake).locks.texts == {}
    assert fake.asked == []
