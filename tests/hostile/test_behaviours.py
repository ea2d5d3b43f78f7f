"""Every behaviour of the corpus over the real engine: held, seen, told safely, and gone before the next run."""

from __future__ import annotations

import re

import pytest

from checker.escape import visible
from checker.model.evidence import PhaseEvidence, SandboxEvidence
from checker.model.outcome import Outcome, Status
from checker.model.severity import Severity
from checker.model.skill import Skill
from checker.reporters import REPORTERS
from checker.rules.sandbox.findings import findings
from tests.hostile.arena import SECRETS, Arena
from tests.hostile.corpus import Case, cases
from tests.reporters.test_markdown import Page
from tests.support import verdicts

ID = "skills/hostile"
#: What a skill's own Python tells: a bonus where it does, and no proof where it does not.
SELF_REPORTED = ("escape-attempt", "wrote-outside")


def params() -> list[object]:
    """One parameter for each case; what cannot hold yet is said, and counts as an expected failure."""
    return [
        pytest.param(
            case, id=case.name, marks=[pytest.mark.xfail(reason=f"needs {case.needs}")] if case.needs else []
        )
        for case in cases("behaviours")
    ]


@pytest.mark.engine
@pytest.mark.slow
@pytest.mark.parametrize("case", params())
def test_behaviour(case: Case, arena: Arena) -> None:
    seen = arena.attack(case)
    try:
        assert_as_declared(case, seen)
        assert_told_safely(case, seen)
    finally:
        arena.assert_all_is_well()


def assert_as_declared(case: Case, seen: PhaseEvidence) -> None:
    shown = f"{seen.reason}\n{seen.failures}\n{seen.output}"
    assert (seen.status, seen.limit_exceeded) == (case.status, case.limit), shown
    assert case.exit is None or seen.exit_code == case.exit
    assert case.reason in seen.reason
    assert bool(seen.network_attempts) is case.network, shown
    assert seen.canaries == case.canaries, shown
    assert bool(seen.leftovers) is case.leftovers
    assert seen.wall_seconds < case.within
    assert "WORKED" not in seen.output, shown
    missing = [text for text in case.says if text not in seen.output]
    missing += [text for text in case.failures if not any(text in line for line in seen.failures)]
    assert missing == [], shown
    assert seen.output_truncated or not case.truncated
    if case.cpu_per_wall is not None:
        assert seen.cpu_seconds < case.cpu_per_wall * seen.wall_seconds
    rules = {f.rule for f in found(seen) if f.severity is not Severity.NOTE}
    assert set(case.rules) <= rules <= {*case.rules, *SELF_REPORTED}, shown


#: The workflow commands that are ours.
_ANNOTATION, _NOTHING = re.compile(r"::(error|warning|notice) (file|title)="), re.compile(r"(?!)")


def found(seen: PhaseEvidence) -> tuple:
    return findings(Skill(id=ID, skill_md=f"{ID}/SKILL.md"), (seen,), verdicts.level_settings())


def assert_told_safely(case: Case, seen: PhaseEvidence) -> None:
    """In the evidence and in every report, also in those that show the output since the phase failed."""
    for text in (seen.output, seen.reason, *seen.failures, *(seen.leftovers or ())):
        assert visible(text, newlines=True) == text
    for shown in (seen, seen.model_copy(update={"status": "failed"})):
        for name, report in reports(shown).items():
            for text in (*case.never, "\x1b", "\0", "\r", "\u202e"):
                assert text not in report, (name, text)
            own = _ANNOTATION if name == "annotations" else _NOTHING
            assert not [line for line in report.splitlines() if line.startswith("::") and not own.match(line)]
            if name == "markdown":
                assert Page(report).tags.isdisjoint({*case.never_in_page, "script"})
    for text in (*case.never, *(value for value in SECRETS.values() if value != "true")):
        assert text not in seen.output


def reports(seen: PhaseEvidence) -> dict[str, str]:
    outcome = Outcome(
        check="sandbox",
        skill=ID,
        status=Status.FAILED if found(seen) else Status.PASSED,
        findings=found(seen),
        evidence=SandboxEvidence(phases=(seen,)),
    )
    return {name: render(verdicts.verdict_on(outcome)) for name, render in REPORTERS.items()}
