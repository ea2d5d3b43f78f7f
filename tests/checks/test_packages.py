"""`packages`: every locked distribution gets a decision; what cannot be decided is broken."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from checker.checks import packages
from checker.errors import Unanswered
from checker.load.lockfile import parse_lock
from checker.model.dependency import MOST_DEPENDENCIES
from checker.model.level import Level
from checker.model.outcome import Status
from checker.model.plan import Exam, Examinee
from checker.tools import CoreMetadata, IndexFile, Project, Tools
from tests.support.policies import default_policy, entry, skill
from tests.support.trees import MemoryTree

NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)


class Quiet:
    """Progress that nobody watches."""

    def step(self, stage: str, detail: str = "") -> None:
        pass


class FakeIndex:
    """An index of wheels at version 1.0: name → what it requires, or why it does not answer."""

    def __init__(self, **projects: Iterable[str] | Unanswered) -> None:
        self.projects_by_name = {canonicalize_name(name): given for name, given in projects.items()}

    def projects(self, names):
        return {name: self._project(name) for name in names}

    def metadata(self, files):
        return {file.filename: self._metadata(file.filename) for file in files}

    def _project(self, name):
        given = self.projects_by_name[name]
        if isinstance(given, Unanswered):
            return given
        file = IndexFile(filename(name), f"https://index.example/{filename(name)}", sha256(name))
        return Project(name, "https://index.example/", {file.filename: file})

    def _metadata(self, wheel):
        name = canonicalize_name(wheel.partition("-")[0])
        return CoreMetadata(name, Version("1.0"), tuple(map(Requirement, self.projects_by_name[name])))


def filename(name: str) -> str:
    return f"{name.replace('-', '_')}-1.0-py3-none-any.whl"


def sha256(name: str) -> str:
    return name.encode().hex().ljust(64, "0")[:64]


def lock_of(*names: str, requires: Mapping[str, Iterable[str]] | None = None) -> str:
    text = 'lock-version = "1.0"\ncreated-by = "test"\n'
    for name in names:
        text += f'\n[[packages]]\nname = "{name}"\nversion = "1.0"\n'
        if requires is not None:
            edges = ", ".join(f'{{name = "{other}"}}' for other in requires.get(name, ()))
            text += f"dependencies = [{edges}]\n"
        text += (
            f'wheels = [{{url = "https://index.example/{filename(name)}", '
            f'hashes = {{sha256 = "{sha256(name)}"}}}}]\n'
        )
    return text


def examine(*entries, declared=("pandas",), lock=None, index=None, level="intern", **fields):
    locks = (
        {"linux-x86-64": parse_lock(lock.encode(), "skills/tables/pylock.toml", "linux-x86-64")}
        if lock
        else {}
    )
    policy = default_policy(*entries)
    assert not lock or policy.targets[0].name in locks
    examinee = Examinee(skill=skill(packages=declared, locks=locks, **fields), level=Level(level))
    exam = Exam(policy=policy, examinees=(examinee,), now=NOW)
    tools = Tools(head=MemoryTree(), progress=Quiet(), index=index)
    (outcome,) = packages.examine(exam, tools, {}).outcomes
    return outcome


def test_an_allowed_closure_passes():
    index = FakeIndex(pandas=["numpy"], numpy=[])
    outcome = examine(entry("pandas"), lock=lock_of("pandas", "numpy"), index=index)
    assert outcome.status is Status.PASSED


def test_a_denied_package_is_a_finding_at_its_declaration():
    outcome = examine(lock=lock_of("pandas"), index=FakeIndex(pandas=[]))
    (finding,) = outcome.findings
    assert (outcome.status, finding.subject) == (Status.FAILED, "pandas==1.0")
    assert (finding.file, finding.line) == ("skills/tables/skill.yaml", 3)
    assert "not in the package registry" in finding.message
    assert "proctor explain skills/tables pandas" in finding.remedy


def test_a_denied_dependency_is_a_finding_in_the_lock():
    index = FakeIndex(pandas=["numpy"], numpy=[])
    entries = entry("pandas"), entry("numpy", status="banned")
    (finding,) = examine(*entries, lock=lock_of("pandas", "numpy"), index=index).findings
    assert finding.file == "skills/tables/pylock.toml"
    assert "banned" in finding.message
    assert "policies/packages.yaml:3" in finding.message


def test_a_forged_edge_in_the_lock_covers_nothing_when_the_index_is_asked():
    forged = lock_of("pandas", "evil", requires={"pandas": ["evil"]})
    outcome = examine(entry("pandas"), lock=forged, index=FakeIndex(pandas=[], evil=[]))
    assert [finding.subject for finding in outcome.findings] == ["evil==1.0"]


def test_offline_the_locks_own_edges_count_and_that_is_said():
    lock = lock_of("pandas", "numpy", requires={"pandas": ["numpy"]})
    outcome = examine(entry("pandas"), lock=lock)
    assert outcome.status is Status.PASSED
    assert "as the lock claims" in outcome.reason


def test_offline_without_edges_a_dependency_is_not_decided():
    outcome = examine(entry("pandas"), lock=lock_of("pandas", "numpy"))
    assert outcome.status is Status.BROKEN
    assert "numpy==1.0 is not decided" in outcome.reason


def test_an_index_that_does_not_answer_leaves_dependencies_undecided():
    index = FakeIndex(pandas=Unanswered("package index", "HTTP 500"), numpy=[])
    outcome = examine(entry("pandas"), lock=lock_of("pandas", "numpy"), index=index)
    assert outcome.status is Status.BROKEN
    assert "HTTP 500" in outcome.reason


def test_a_ban_is_found_even_when_the_index_does_not_answer():
    index = FakeIndex(pandas=Unanswered("package index", "HTTP 500"), numpy=[])
    entries = entry("pandas"), entry("numpy", status="banned")
    outcome = examine(*entries, lock=lock_of("pandas", "numpy"), index=index)
    assert [finding.subject for finding in outcome.findings] == ["numpy==1.0"]


def test_without_a_lock_it_is_broken_with_the_command():
    outcome = examine(entry("pandas", ">=2"))
    assert outcome.status is Status.BROKEN
    assert "proctor lock skills/tables" in outcome.reason


@pytest.mark.parametrize("status", ["approved", "banned"])
def test_commands_hold_the_folder_as_a_shell_wants_it(status):
    """A folder of a pull request may be called anything, and who reads the remedy pastes it."""
    rows = [entry("pandas", status="banned")] if status == "banned" else []
    lock = lock_of("pandas")
    (finding,) = examine(*rows, lock=lock, index=FakeIndex(pandas=[]), skill_id="skills/$(id)").findings
    assert "`proctor lock 'skills/$(id)'`" in finding.remedy
    assert "lock it: `proctor lock 'skills/$(id)'`" in examine(skill_id="skills/$(id)").reason
    (finding,) = examine(*rows, lock=lock, index=FakeIndex(pandas=[]), skill_id="a\nb").findings
    assert "\n" not in finding.remedy
    assert "(rename `a\\x0ab` first" in finding.remedy


def test_without_a_lock_what_is_certain_is_a_finding():
    outcome = examine(entry("pandas", status="banned"))
    assert outcome.status is Status.BROKEN
    assert [finding.subject for finding in outcome.findings] == ["pandas"]


def test_a_skill_without_packages_is_not_asked():
    assert examine(declared=()).status is Status.NOT_APPLICABLE


def test_a_student_may_use_nothing():
    outcome = examine(entry("pandas"), lock=lock_of("pandas"), index=FakeIndex(pandas=[]), level="student")
    assert "student" in outcome.findings[0].message


def test_the_outcome_tells_the_tree():
    lock = lock_of("pandas", "numpy", "evil")
    index = FakeIndex(pandas=["numpy", "absent"], numpy=["evil"], evil=["pandas"])
    outcome = examine(
        entry("pandas", ">=1,<2"),
        entry("evil", status="banned"),
        lock=lock,
        index=index,
        declared=("pandas",),
    )
    told = [(d.pin, d.requires, d.declared, d.allowed) for d in outcome.dependencies]
    assert told == [
        ("pandas==1.0", ("numpy==1.0",), True, True),
        ("evil==1.0", ("pandas==1.0",), False, False),
        ("numpy==1.0", ("evil==1.0",), False, True),
    ]
    assert outcome.dependencies[1].why == "banned"


def test_the_tree_is_bounded():
    names = [f"p{n}" for n in range(MOST_DEPENDENCIES + 5)]
    outcome = examine(entry("zeta", ">=1,<2"), lock=lock_of("zeta", *names, requires={}), declared=("zeta",))
    assert len(outcome.dependencies) == MOST_DEPENDENCIES
    assert outcome.dependencies[0].pin == "zeta==1.0"
