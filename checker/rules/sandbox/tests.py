"""Were the tests that the files hold the tests that ran, and are there fewer than before? Pure."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence

from checker.escape import shortened, visible
from checker.model.evidence import PhaseEvidence
from checker.model.outcome import Finding
from checker.model.severity import Severity
from checker.model.skill import Skill

RULE = "sandbox"
_PYTEST = ("pytest", "py.test")
#: Files in which pytest's settings may rename, narrow or leave out tests.
_SETTINGS = frozenset({"conftest.py", "pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg"})
#: Options that change how tests are shown, and not which of them are collected.
_HARMLESS = (
    "-q",
    "-v",
    "-s",
    "-x",
    "-r",
    "-l",
    "--quiet",
    "--verbose",
    "--tb",
    "--color",
    "--durations",
    "-W",
)


def missed_tests(skill: Skill, phase: PhaseEvidence) -> Iterator[Finding]:
    """Fewer tests collected than the files hold: an error, unless a command or settings narrow them."""
    collected, declared = phase.tests_collected, phase.tests_declared
    if phase.status != "passed" or collected is None or declared is None or collected >= declared:
        return
    why = _narrowed(skill)
    message = f"tests: pytest reported {collected} where the files hold at least {declared}"
    yield _finding(
        skill,
        Severity.WARNING if why else Severity.ERROR,
        f"{message}: {why}" if why else message,
        "look which tests were left out"
        if why
        else "look why tests are left out: nothing in the files says so",
    )


def lost_tests(before: Skill | None, after: Skill) -> tuple[Finding, ...]:
    """Fewer tests in the files than at the base."""
    if before is None or before.test_functions is None or after.test_functions is None:
        return ()
    if after.test_functions >= before.test_functions:
        return ()
    message = f"fewer tests than at the base: {after.test_functions} instead of {before.test_functions}"
    return (_finding(after, Severity.WARNING, message, "see in the diff which tests went, and why"),)


def by_exit_code(skill: Skill, phase: PhaseEvidence) -> Iterator[Finding]:
    """Tests that passed without a report: the command was not pytest, and `true` passes, too."""
    if phase.phase == "tests" and phase.status == "passed" and phase.tests_collected is None:
        shown = shortened(visible(" ".join(skill.test or ("pytest",))), 60)
        message = f"tests: `{shown}` was judged by its exit code alone, so nobody counted a test"
        yield _finding(skill, Severity.NOTE, message, "read what it runs, or let pytest run the tests")


def _narrowed(skill: Skill) -> str:
    """What of the skill says that not every test is to be collected; "" where nothing does."""
    words = [*(skill.test or ())]
    at = next((n for n, word in enumerate(words) if word.rpartition("/")[2] in _PYTEST), len(words))
    if chosen := [word for word in words[at + 1 :] if not word.startswith(_HARMLESS)]:
        return f"the test command has `{shortened(visible(' '.join(chosen)), 60)}`"
    settings = [path for path in _relative(skill) if posixpath.basename(path) in _SETTINGS]
    return f"`{shortened(visible(settings[0]), 60)}` may narrow them" if settings else ""


def _relative(skill: Skill) -> Sequence[str]:
    return sorted(skill.relative(entry.path) for entry in skill.files)


def _finding(skill: Skill, severity: Severity, message: str, remedy: str) -> Finding:
    return Finding(
        rule=RULE,
        subject="tests",
        severity=severity,
        message=message,
        file=visible(skill.manifest or skill.skill_md),
        remedy=remedy,
    )
