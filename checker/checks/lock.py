"""`lock`: every target has a lock, in step with the skill and made of what the policy's index serves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from packaging.utils import NormalizedName

from checker.model.answers import Answers
from checker.model.base import Location
from checker.model.outcome import Finding, Outcome
from checker.model.plan import Exam, Examinee
from checker.model.policy import Target
from checker.model.severity import Severity
from checker.model.skill import Skill
from checker.rules.lock.findings import RULE as _RULE
from checker.rules.lock.findings import about_skill, first_few
from checker.rules.lock.graph import Case, Graph, graph_of, warm
from checker.rules.lock.index_run import index_run, why_off
from checker.rules.lock.origin import judge_origin, untold
from checker.rules.lock.shape import judge_shape
from checker.rules.lock.sources import judge_sources
from checker.rules.lock.step import judge_step
from checker.tools import Index, Tools

RULE = _RULE
NEEDS: tuple[str, ...] = ("manifest",)


def examine(exam: Exam, tools: Tools, earlier: Mapping[tuple[str, str], Outcome]) -> Answers:
    """Judge every lock of every skill, the index asked once for all of them."""
    del earlier  # `skill.unusable` tells what the manifest check found
    cases = {examinee.skill.id: tuple(_cases(exam, examinee)) for examinee in exam.examinees}
    every = [case for found in cases.values() for case in found]
    owed: frozenset[str] = frozenset()
    if tools.index is not None and every:
        tools.progress.step("locking", "asking the package index about every locked distribution")
        owed = warm(tools.index, every)
    outcomes = tuple(
        _outcome(exam, examinee.skill, cases[examinee.skill.id], tools) for examinee in exam.examinees
    )
    return Answers(outcomes=outcomes, engines=(index_run(every, tools, owed),))


def _cases(exam: Exam, examinee: Examinee) -> Iterator[Case]:
    skill = examinee.skill
    if skill.unusable is None:
        for target in exam.policy.targets:
            if (lock := skill.locks.get(target.name)) is not None:
                yield Case(skill=skill, policy=exam.policy, target=target, lock=lock)


@dataclass(frozen=True)
class _Judged:
    """One lock: what was found, what could not be verified, and which entries' edges the lock keeps quiet."""

    findings: tuple[Finding, ...]
    untold: Mapping[NormalizedName, str]
    graph: Graph


def _outcome(exam: Exam, skill: Skill, cases: tuple[Case, ...], tools: Tools) -> Outcome:
    if skill.unusable is not None:
        return Outcome.broken(RULE, skill.id, skill.unusable.message)
    if not skill.packages and not skill.locks and not skill.lock_problems:
        return Outcome.not_applicable(RULE, skill.id, "declares no packages")
    judged = [_judge(case, tools.index) for case in cases]
    absent = (f for target in exam.policy.targets for f in _without_lock(exam, skill, target))
    findings = tuple(dict.fromkeys([*absent, *(finding for each in judged for finding in each.findings)]))
    reasons = {name: reason for each in judged for name, reason in each.untold.items()}
    if reasons:
        return Outcome.broken(RULE, skill.id, _unanswered(reasons), findings)
    if findings or tools.index is not None:
        return Outcome.of(RULE, skill.id, findings)
    return Outcome.skipped(RULE, skill.id, _offline(judged, why_off(tools)))


def _without_lock(exam: Exam, skill: Skill, target: Target) -> Iterator[Finding]:
    file = exam.policy.lock_file(target)
    if (problem := skill.lock_problems.get(target.name)) is not None:
        yield about_skill(skill, file, problem.message, problem.location)
    elif target.name not in skill.locks:
        place = (
            skill.packages[0].location if skill.packages else Location(file=skill.manifest or skill.skill_md)
        )
        yield about_skill(skill, file, f"no {file}: the skill declares packages that are not locked", place)


def _judge(case: Case, index: Index | None) -> _Judged:
    graph = graph_of(case, index)
    findings = [*judge_shape(case), *judge_step(case, graph)]
    if index is None:
        return _Judged(tuple(findings), {}, graph)
    projects = index.projects(case.indexed)
    findings += judge_origin(case, graph, projects)
    # What `sources` denies is never fetched, so nothing is owed about it here.
    denied = (*findings, *judge_sources(case, projects))
    failed = {finding.subject for finding in denied if finding.severity is Severity.ERROR}
    return _Judged(tuple(findings), untold(graph, failed), graph)


def _unanswered(reasons: Mapping[NormalizedName, str]) -> str:
    named = [f"{name}: {reason}" for name, reason in sorted(reasons.items())]
    return f"not verified against the index: {first_few(named)}"


def _offline(judged: list[_Judged], flag: str) -> str:
    if any(each.graph.unknown for each in judged):
        return (
            "satisfies skill.yaml; its entries do not say what they require, so superfluous ones were not "
            f"looked for, and nothing was verified against the index ({flag})"
        )
    return f"in step with skill.yaml; not verified against the index ({flag})"
