"""From the evidence of a run to findings, each with the exact command that shows it again. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from checker.escape import visible
from checker.model.base import Location
from checker.model.evidence import PhaseEvidence
from checker.model.outcome import Finding
from checker.model.policy import LevelSettings
from checker.model.severity import Severity
from checker.model.skill import Skill
from checker.rules.commands import lock_command, run_command
from checker.rules.sandbox import places
from checker.rules.sandbox.behaviour import NETWORK_RULE, behaviours
from checker.rules.sandbox.phases import has_tests
from checker.rules.sandbox.tests import RULE, by_exit_code, missed_tests

_SHOWN = 5
#: What to do about a behaviour, by its rule.
_REMEDIES = {
    "canary-touched": "neither print nor send secrets, nor the environment they stand in",
    "escape-attempt": "leave alone what belongs to the machine; a skill has no use for it",
    NETWORK_RULE: "work without network, or stub it in tests",
    "orphan-process": "end what it starts",
    "output-flood": "print less, or raise the level's `output_kb` in policies/maturity.yaml",
    "resource-limit": "use less, or raise the level's limits in policies/maturity.yaml",
    "wrote-outside": "write to a temporary folder (`tempfile`), or to a path the caller names",
}
#: The kind of event that tells where in the skill a behaviour is, by its rule.
_EVENTS = {
    "canary-touched": "canary",
    "escape-attempt": "escape",
    NETWORK_RULE: "network",
    "wrote-outside": "write",
}


def findings(skill: Skill, phases: tuple[PhaseEvidence, ...], settings: LevelSettings) -> tuple[Finding, ...]:
    """Everything a run showed. A phase that was cut off by a limit says only that, and what else it did."""
    found = [finding for phase in phases for finding in _of_phase(skill, phase, settings)]
    if settings.require_tests and not has_tests(skill):
        found.append(_without_tests(skill))
    found.extend(finding for phase in phases for finding in by_exit_code(skill, phase))
    found.extend(finding for phase in phases for finding in missed_tests(skill, phase))
    return tuple(found)


def note(skill: Skill, text: str) -> Finding:
    """Something of the image that a reviewer should see; it never fails."""
    return Finding(
        rule=RULE,
        subject="packages",
        severity=Severity.NOTE,
        message=text,
        file=_lock_or_manifest(skill),
        remedy="look at what it does; nothing is wrong by itself",
    )


def not_run(skill: Skill) -> tuple[Finding, ...]:
    """What can be started and never was, since only Python is: said, so that nobody takes it for examined."""
    programs = [f"`{visible(skill.relative(path))}`" for path in skill.other_programs]
    if not programs:
        return ()
    more = f" and {len(programs) - _SHOWN} more" if len(programs) > _SHOWN else ""
    return (
        Finding(
            rule=RULE,
            subject="scripts",
            severity=Severity.NOTE,
            message=f"not run, because only Python files are: {', '.join(programs[:_SHOWN])}{more}",
            file=visible(skill.other_programs[0]),
            remedy="read them; no check can say what they do",
        ),
    )


def _of_phase(skill: Skill, phase: PhaseEvidence, settings: LevelSettings) -> Iterator[Finding]:
    if phase.status == "failed" and not phase.limit_exceeded:
        failed = _finding(skill, phase, RULE, Severity.ERROR, _failure(phase), _again(skill, phase))
        yield _placed(failed, places.of_failures(skill, phase))
    for rule, severity, message in behaviours(phase, settings):
        remedy = f"{_REMEDIES[rule]}; see it happen: {run_command(skill, _script(skill, phase))}"
        found = _finding(skill, phase, rule, severity, message, remedy)
        yield _placed(found, places.of_events(skill, phase, _EVENTS.get(rule, "")))


def _placed(finding: Finding, place: Location | None) -> Finding:
    """The finding at the skill's own line, where one is known; what it goes by stays the same."""
    if place is None:
        return finding
    return finding.model_copy(update={"file": place.file, "line": place.line})


def _finding(
    skill: Skill, phase: PhaseEvidence, rule: str, severity: Severity, message: str, remedy: str
) -> Finding:
    return Finding(
        rule=rule,
        subject=phase.phase,
        severity=severity,
        message=f"{phase.phase}: {message}",
        file=visible(skill.manifest or skill.skill_md),
        remedy=remedy,
    )


def _failure(phase: PhaseEvidence) -> str:
    shown = "; ".join(phase.failures[:_SHOWN])
    more = f"; and {len(phase.failures) - _SHOWN} more" if len(phase.failures) > _SHOWN else ""
    return f"{phase.reason}: {shown}{more}" if phase.reason and shown else f"{phase.reason or shown}{more}"


def _script(skill: Skill, phase: PhaseEvidence) -> str:
    """The script to look at first: one that a failure names, else any of the skill."""
    scripts = [skill.relative(path) for path in skill.python_files]
    named = (script for script in scripts if any(line.startswith(f"{script}:") for line in phase.failures))
    return next(named, scripts[0] if scripts else "SCRIPT")


def _again(skill: Skill, phase: PhaseEvidence) -> str:
    again = run_command(skill, _script(skill, phase))
    if phase.phase == "tests":
        return f"see what the tests say in the report; {again} runs a script"
    if phase.phase == "import":
        return f"declare a version that imports by itself, or what it lacks, then run {lock_command(skill)}"
    return f"see it happen: {again}"


def _without_tests(skill: Skill) -> Finding:
    return Finding(
        rule=RULE,
        subject="tests",
        severity=Severity.ERROR,
        message="has no tests, and its level requires them",
        file=visible(skill.manifest or skill.skill_md),
        remedy="add tests/test_*.py, or name a `test` command in skill.yaml",
    )


def _lock_or_manifest(skill: Skill) -> str:
    return visible(next((lock.file for lock in skill.locks.values()), skill.manifest or skill.skill_md))
