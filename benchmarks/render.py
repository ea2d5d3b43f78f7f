"""Every report of a verdict with 1,000 skills and 5,000 findings. The floor: `json.dumps` of the same."""

from __future__ import annotations

import gc
import json

from benchmarks.measure import Row, in_turn, table, timed
from checker.model.dependency import Dependency
from checker.model.evidence import PhaseEvidence, SandboxEvidence
from checker.model.outcome import Finding, Outcome, Status
from checker.model.severity import Severity
from checker.model.verdict import SkillVerdict, Verdict
from checker.reporters import REPORTERS
from checker.reporters.budget import COMMENT_LIMIT, STEP_SUMMARY_LIMIT, fit
from checker.reporters.json_ import document
from tests.support.verdicts import verdict_on

SKILLS, TINY, FINDINGS = 1_000, 20, 5
CHECKS = ("manifest", "lock", "sources", "release-age", "packages", "confusables", "undeclared", "unused")
LIMIT = 2.0
RUNS = 5


def rows(*, tiny: bool = False) -> list[Row]:
    """Each format, and the two limits of GitHub's."""
    verdict = large(TINY if tiny else SKILLS)
    gc.set_threshold(200_000, 20, 100)  # as `proctor` itself does for its whole run
    plain = document(verdict)
    reports = {name: lambda report=report: report(verdict) for name, report in REPORTERS.items()}
    found = in_turn({"json.dumps": lambda: json.dumps(plain), **reports}, RUNS)
    findings = sum(len(outcome.findings) for skill in verdict.skills for outcome in skill.outcomes)
    told = f"{len(verdict.skills):,} skills, {findings:,} findings"
    return [
        *(timed(f"report `{name}` of {told}", found[name], LIMIT) for name in REPORTERS),
        timed("· its floor: `json.dumps` of the same", found["json.dumps"]),
        *(_size(name, verdict, limit) for name, limit in _LIMITS.items()),
    ]


_LIMITS = {"a comment": COMMENT_LIMIT, "a step's summary": STEP_SUMMARY_LIMIT}


def _size(name: str, verdict: Verdict, limit: int) -> Row:
    size = len(fit(verdict, limit).encode())
    return Row(f"· bytes of {name}", f"{size:,}", "", f"≤ {limit:,}", size <= limit)


def large(skills: int = SKILLS) -> Verdict:
    """Every second skill fails, the others warn; each has a tree and was seen in the sandbox."""
    verdict = verdict_on(*(outcome for number in range(skills) for outcome in _outcomes(number)))
    return verdict.model_copy(update={"skills": tuple(map(_with_reason, verdict.skills))})


def _with_reason(skill: SkillVerdict) -> SkillVerdict:
    return skill.model_copy(update={"because": (f"changed: {skill.skill}/skill.yaml",)})


def _outcomes(number: int) -> list[Outcome]:
    skill = f"skills/group-{number % 20}/skill-{number:04}"
    found = tuple(_finding(skill, number, nth) for nth in range(FINDINGS))
    packages = Outcome.of("packages", skill, found).model_copy(update={"dependencies": _tree(number)})
    rest = [Outcome(check=c, skill=skill, status=Status.PASSED) for c in CHECKS if c != "packages"]
    return [packages, *rest, _sandbox(skill)]


def _finding(skill: str, number: int, nth: int) -> Finding:
    name = f"package-{number * 7 + nth:05}"
    return Finding(
        rule="packages",
        subject=f"{name}==1.{nth}",
        severity=Severity.ERROR if number % 2 else Severity.WARNING,
        message=f"denied (untrusted): {name} is not in the registry, and nothing approved brings it along",
        file=f"{skill}/skill.yaml",
        line=nth + 4,
        remedy=f"let a code owner approve it: `proctor approve {name} --versions '>=1'`; or remove it from "
        f"{skill}/skill.yaml and run `proctor lock {skill}`",
        chain=(f"package-{number:05}", name),
    )


def _tree(number: int) -> tuple[Dependency, ...]:
    pins = [f"package-{number * 7 + nth:05}==1.{nth}" for nth in range(20)]
    return tuple(
        Dependency(
            pin=pin,
            requires=tuple(pins[nth + 1 : nth + 4]),
            declared=nth < 3,
            allowed=nth > 4,
            why="untrusted",
        )
        for nth, pin in enumerate(pins)
    )


def _sandbox(skill: str) -> Outcome:
    phases = tuple(
        PhaseEvidence(
            phase=phase,
            status="passed",
            exit_code=0,
            wall_seconds=0.8,
            cpu_seconds=0.6,
            peak_memory_bytes=40_000_000,
            oom_kills=0,
            network_attempts=0,
            leftovers=(),
            output="collected 4 items\ntests/test_it.py ....\n4 passed\n",
        )
        for phase in ("import", "scripts", "tests")
    )
    outcome = Outcome(check="sandbox", skill=skill, status=Status.PASSED)
    return outcome.model_copy(update={"evidence": SandboxEvidence(phases=phases)})


if __name__ == "__main__":
    print(table(rows()))
