"""Several skills locked, and the wheels of several looked into, at once: what is told is in the skills' order."""

from __future__ import annotations

import datetime as dt
import threading
import time

import pytest

from checker.checks import undeclared, unused
from checker.commands.lock import lock
from checker.errors import Unanswered
from checker.load.lockfile import parse_lock
from checker.load.policy import load_policy
from checker.model.level import Level
from checker.model.outcome import Outcome, Status
from checker.model.plan import Exam, Examinee
from checker.model.skill import Skill
from checker.rules.lock.text import lock_text
from checker.tools import LockRequest, Tools
from tests.checks.test_packages import lock_of
from tests.support.policies import default_policy, skill_in
from tests.support.scans import Quiet
from tests.support.trees import MemoryTree

TARGET = "linux-x86-64"
NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
#: Hundredths of a second that each skill takes: the first one is the last to be done.
WAITS = {"a": 8, "b": 4, "c": 2, "d": 0}


class Crowd:
    """Counts who is inside at once."""

    def __init__(self) -> None:
        self.most, self._inside, self._lock = 0, 0, threading.Lock()

    def __enter__(self) -> None:
        with self._lock:
            self._inside += 1
            self.most = max(self.most, self._inside)

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1


class Slow:
    """A resolver that takes as long as the one package it is asked for says, and fails for `c`."""

    def __init__(self) -> None:
        self.crowd = Crowd()

    def lock(self, request: LockRequest) -> str:
        (name,) = (requirement.name for requirement in request.requirements)
        with self.crowd:
            time.sleep(WAITS[name] / 100)
        if name == "c":
            raise Unanswered("uv", "no index answers")
        document = {"lock-version": "1.0", "created-by": "uv", "packages": []}
        made_for = {"target": request.target.name, "python": request.python}
        return lock_text(document, {}, exclude_newer=request.exclude_newer, **made_for)


def test_skills_are_locked_at_once() -> None:
    own = {path: text for name in WAITS for path, text in files(name).items()}
    tree = MemoryTree({"policies/maturity.yaml": "version: 1\nextends: default\n", **own})
    resolver = Slow()
    report = lock(tree, load_policy(tree), (), resolver, NOW, Quiet())
    assert list(report.texts) == [f"skills/{name}/pylock.toml" for name in "abd"]
    assert list(report.failures) == ["skills/c"]
    assert resolver.crowd.most > 1


class Wheels:
    """Fetches as slowly as the first file says."""

    def __init__(self) -> None:
        self.crowd = Crowd()

    def modules(self, files):
        files = list(files)
        with self.crowd:
            time.sleep(WAITS[files[0].filename[0]] / 100)
        return {file.filename: (f"in_{file.filename[0]}",) for file in files}


def files(name: str) -> dict[str, str]:
    return {
        f"skills/{name}/SKILL.md": f"---\nname: {name}\ndescription: d\n---\n",
        f"skills/{name}/skill.yaml": f"version: 1\npackages: [{name}]\n",
        f"skills/{name}/run.py": f"import in_{name}\n",
    }


def with_lock(skill: Skill) -> Skill:
    lock = parse_lock(lock_of(skill.id[-1]).encode(), f"{skill.id}/pylock.toml", TARGET)
    return skill.model_copy(update={"locks": {TARGET: lock}})


@pytest.mark.parametrize("check", [undeclared, unused], ids=lambda check: check.RULE)
def test_wheels_of_several_skills_are_fetched_at_once(check) -> None:
    tree = MemoryTree({path: text for name in WAITS for path, text in files(name).items()})
    skills = [with_lock(skill_in(tree, f"skills/{name}", default_policy())) for name in WAITS]
    examinees = tuple(Examinee(skill=skill, level=Level.INTERN) for skill in skills)
    exam = Exam(policy=default_policy(), examinees=examinees, now=NOW)
    keys = [(rule, skill.id) for rule in ("lock", "sources") for skill in skills]
    said = {key: Outcome(check=key[0], skill=key[1], status=Status.PASSED) for key in keys}
    wheels = Wheels()
    answers = check.examine(exam, Tools(head=tree, progress=Quiet(), wheels=wheels), said)
    assert [(o.skill, o.status) for o in answers.outcomes] == [(s.id, Status.PASSED) for s in skills]
    assert wheels.crowd.most > 1
