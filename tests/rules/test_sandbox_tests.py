"""Tests that went missing, between the files and the run and between base and head."""

from __future__ import annotations

import pytest

from checker.model.evidence import PhaseEvidence
from checker.model.severity import Severity
from checker.model.skill import Entry, FileKind, Skill
from checker.rules.sandbox.tests import by_exit_code, lost_tests, missed_tests


def skill(*files: str, test: tuple[str, ...] | None = None, functions: int | None = 3) -> Skill:
    entries = tuple(Entry(path=f"x/{path}", kind=FileKind.FILE, digest=path) for path in files)
    return Skill(id="x", skill_md="x/SKILL.md", files=entries, test=test, test_functions=functions)


def ran(collected: int | None, declared: int | None = 3, status: str = "passed") -> PhaseEvidence:
    return PhaseEvidence.model_validate(
        {"phase": "tests", "status": status, "tests_collected": collected, "tests_declared": declared}
    )


@pytest.mark.parametrize("collected", [3, 4, 30])
def test_parameters_make_more_of_a_test_and_never_fewer(collected: int) -> None:
    assert not list(missed_tests(skill("test_a.py"), ran(collected)))


def test_tests_that_nobody_narrowed_and_that_did_not_run_fail() -> None:
    for command in (None, ("pytest", "-q"), ("python", "-m", "pytest", "-x", "--tb=short")):
        (found,) = missed_tests(skill("test_a.py", test=command), ran(1))
        assert found.severity is Severity.ERROR
        assert found.message == "tests: pytest reported 1 where the files hold at least 3"


@pytest.mark.parametrize(
    ("files", "command", "why"),
    [
        (("test_a.py",), ("pytest", "tests"), "the test command has `tests`"),
        (("test_a.py",), ("python", "-m", "pytest", "-q", "-k", "fast"), "the test command has `-k fast`"),
        (("conftest.py", "test_a.py"), None, "`conftest.py` may narrow them"),
        (("pyproject.toml", "test_a.py"), ("pytest",), "`pyproject.toml` may narrow them"),
    ],
)
def test_narrowing_that_a_reviewer_can_read_is_a_warning(files, command, why) -> None:
    (found,) = missed_tests(skill(*files, test=command), ran(1))
    assert found.severity is Severity.WARNING
    assert found.message.endswith(f": {why}")


def test_what_was_not_counted_is_not_compared() -> None:
    unknown = (ran(None), ran(1, None), ran(1, status="failed"))
    assert not [found for phase in unknown for found in missed_tests(skill("test_a.py"), phase)]


def test_fewer_tests_than_at_the_base_are_a_finding() -> None:
    (found,) = lost_tests(skill(functions=5), skill(functions=2))
    assert (found.severity, found.message) == (
        Severity.WARNING,
        "fewer tests than at the base: 2 instead of 5",
    )
    assert lost_tests(skill(functions=2), skill(functions=2)) == ()
    assert lost_tests(None, skill(functions=0)) == ()
    assert lost_tests(skill(functions=None), skill(functions=0)) == ()


@pytest.mark.parametrize(
    "command",
    [("true",), ("sh", "-c", "exit 0", "pytest"), ("coverage", "run", "-m", "pytest"), ("echo", "pytest")],
    ids=" ".join,
)
def test_tests_that_passed_without_a_report_are_noted_whatever_words_the_command_has(command) -> None:
    (found,) = by_exit_code(skill("test_a.py", test=command), ran(None))
    assert found.severity is Severity.NOTE
    assert found.message.startswith(f"tests: `{' '.join(command)}` was judged by its exit code alone")
    assert not list(by_exit_code(skill("test_a.py", test=command), ran(None, status="failed")))


@pytest.mark.parametrize("command", [None, ("pytest", "-q"), ("python", "-m", "pytest")])
def test_tests_with_a_report_need_no_note(command) -> None:
    assert not list(by_exit_code(skill("test_a.py", test=command), ran(3)))
