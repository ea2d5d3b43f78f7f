"""`packages`: may a skill of this maturity use each package it brings, at the version it is locked at?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from checker.escape import visible
from checker.model.answers import Answers
from checker.model.base import Location
from checker.model.decision import Decision
from checker.model.dependency import Dependency
from checker.model.outcome import Finding, Outcome
from checker.model.plan import Exam, Examinee
from checker.model.severity import Severity
from checker.model.skill import Skill
from checker.rules.code.uses import unlisted
from checker.rules.commands import approve_command, explain_command, lock_command
from checker.rules.lock.decisions import decide_lock
from checker.rules.lock.dependency_list import dependency_list
from checker.rules.lock.graph import Case, warm
from checker.rules.lock.index_run import index_run
from checker.rules.policy.decide import decide_declared
from checker.tools import Tools

RULE = "packages"
NEEDS: tuple[str, ...] = ()


class _Answer(NamedTuple):
    """What one target's lock, or its absence, says: findings, what could not be decided, what to know."""

    findings: list[Finding]
    gaps: list[str]
    note: str = ""
    dependencies: tuple[Dependency, ...] = ()


def examine(exam: Exam, tools: Tools, earlier: Mapping[tuple[str, str], Outcome]) -> Answers:
    """Decide for every locked distribution of every skill, with the chain that brings it in."""
    del earlier  # a decision rests on the policy, the lock and the index alone
    every = tuple(_cases(exam))
    owed = warm(tools.index, every) if tools.index is not None else ()
    outcomes = tuple(_outcome(exam, examinee, tools) for examinee in exam.examinees)
    return Answers(outcomes=outcomes, engines=(index_run(every, tools, owed),))


def _outcome(exam: Exam, examinee: Examinee, tools: Tools) -> Outcome:
    skill = examinee.skill
    if skill.unusable is not None:
        return Outcome.broken(RULE, skill.id, skill.unusable.message)
    if not skill.packages and not skill.locks and not skill.lock_problems:
        return _without_packages(skill)
    answers = [_answer(exam, examinee, target_name, tools) for target_name in _targets(exam)]
    findings = tuple(dict.fromkeys(finding for answer in answers for finding in answer.findings))
    gaps = tuple(dict.fromkeys(gap for answer in answers for gap in answer.gaps))
    if gaps:
        outcome = Outcome.broken(RULE, skill.id, "; ".join(gaps), findings)
    else:
        outcome = Outcome.of(RULE, skill.id, findings, answers[0].note)
    return outcome.model_copy(update={"dependencies": answers[0].dependencies})


def _cases(exam: Exam) -> Iterator[Case]:
    """Every lock of every usable skill, so that the index is asked once for all of them."""
    for examinee in exam.examinees:
        for target in exam.policy.targets:
            lock = examinee.skill.locks.get(target.name)
            if lock is not None and examinee.skill.unusable is None:
                yield Case(examinee.skill, exam.policy, target, lock)


def _targets(exam: Exam) -> tuple[str, ...]:
    return tuple(target.name for target in exam.policy.targets)


def _without_packages(skill: Skill) -> Outcome:
    if reason := unlisted(skill):
        return Outcome.broken(RULE, skill.id, reason)
    return Outcome.not_applicable(RULE, skill.id, "declares no packages")


def _answer(exam: Exam, examinee: Examinee, target_name: str, tools: Tools) -> _Answer:
    lock = examinee.skill.locks.get(target_name)
    if lock is None:
        return _unlocked(exam, examinee)
    target = next(t for t in exam.policy.targets if t.name == target_name)
    return _locked(exam, examinee, Case(examinee.skill, exam.policy, target, lock), tools)


def _locked(exam: Exam, examinee: Examinee, case: Case, tools: Tools) -> _Answer:
    decided = decide_lock(case, examinee.level, exam.now.date(), tools.index)
    declared = {package.name: package.location for package in case.skill.packages}
    denied = [(pin, d) for pin, d in sorted(decided.decisions.items()) if not d.allowed]
    findings = [
        _finding(str(pin), d, declared.get(pin.name) or case.lock.place_of(pin.name), examinee)
        for pin, d in denied
    ]
    gaps = [
        f"{d.name} is locked without a version to decide on"
        for d in case.lock.distributions
        if d.version is None
    ]
    gaps += [f"{pin} is not decided: {reason}" for pin, reason in sorted(decided.unsure.items())]
    note = "chains as the lock claims them" if decided.graph.source == "lock" else ""
    return _Answer(findings, gaps, note, dependency_list(decided, case.lock.pins))


def _unlocked(exam: Exam, examinee: Examinee) -> _Answer:
    """Without a lock: what every admitted version agrees on, and that a lock is missing."""
    findings, today = [], exam.now.date()
    for package in examinee.skill.packages:
        decision = decide_declared(exam.policy, package, examinee.level, today)
        if decision is not None and not decision.allowed:
            findings.append(_finding(str(package.requirement), decision, package.location, examinee))
    return _Answer(findings, [f"lock it: {lock_command(examinee.skill)}"])


def _finding(subject: str, decision: Decision, place: Location, examinee: Examinee) -> Finding:
    at = f" ({decision.location})" if decision.location else ""
    return Finding(
        rule=RULE,
        subject=visible(subject),
        severity=Severity.ERROR,
        message=visible(f"denied ({decision.rule}): {decision.reason}{at}"),
        file=place.file,
        line=place.line,
        remedy=_remedy(subject, decision, examinee, place),
        chain=decision.chain,
    )


def _remedy(subject: str, decision: Decision, examinee: Examinee, place: Location) -> str:
    skill, level = examinee.skill, examinee.level
    where = visible(skill.manifest or place.file)
    remove = f"remove it from {where} and run {lock_command(skill)}"
    if decision.rule == "banned":
        return f"use another package or version: {remove}"
    if decision.rule == "source":
        named = "or ask a code owner to name the address in `direct_sources` of policies/maturity.yaml"
        return f"take a release from the policy's index, {named}"
    manifest = visible(skill.manifest or f"{skill.id}/skill.yaml")
    if decision.rule == "student":
        return f"raise `maturity` in {manifest} if agents of a higher level are meant, or {remove}"
    if decision.rule == "level":
        return f"raise `maturity` in {manifest} above {level} if that is meant, or {remove}"
    name, versions = _asked(subject)
    approve = approve_command(name, versions, level)
    ask = f"let a code owner approve it, in a pull request of its own: {approve}"
    return f"{ask}; or {remove}; {explain_command(skill, name)} shows why"


def _asked(subject: str) -> tuple[str, str]:
    """Name and versions to approve: of the pin, or what the declaration admits."""
    requirement = Requirement(subject)
    return canonicalize_name(requirement.name), str(requirement.specifier)
