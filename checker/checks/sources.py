"""`sources`: does everything come from the policy's index, as a wheel, or from where the policy names?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from packaging.utils import canonicalize_name

from checker.escape import visible
from checker.model.answers import Answers
from checker.model.discovery import Declaration, Source
from checker.model.outcome import Finding, Outcome
from checker.model.plan import Exam, Examinee
from checker.model.policy import Policy
from checker.model.severity import Severity
from checker.model.skill import DeclaredPackage, Skill
from checker.rules.lock.findings import first_few, quoted
from checker.rules.lock.graph import Case
from checker.rules.lock.index_run import index_run, why_off
from checker.rules.lock.sources import RULE as _RULE
from checker.rules.lock.sources import judge_sources, uncompared
from checker.tools import Tools

RULE = _RULE
NEEDS: tuple[str, ...] = ("manifest",)
_WORDS = {
    Source.URL: "is a direct address, which the policy does not name",
    Source.VCS: "is a repository, which the policy does not name",
    Source.PATH: "is a local path, which the policy does not name",
    Source.EDITABLE: "is an editable install, which the policy does not name",
    Source.INDEX: "is another index, which the policy does not name",
    Source.SOURCE_BUILD: "is to be built from source, which the policy does not allow",
    Source.EXPANSION: "depends on the machine it is expanded on, so nobody can judge it",
}
#: Where a key of the policy can name the exception.
_KEYS = {
    Source.URL: "direct_sources",
    Source.VCS: "direct_sources",
    Source.PATH: "direct_sources",
    Source.EDITABLE: "direct_sources",
    Source.INDEX: "indexes",
    Source.SOURCE_BUILD: "source_builds",
}
#: A line that people read: what it fetches from afar fails all the same, the rest depends on where it is run.
_LOCAL = (Source.PATH, Source.EDITABLE, Source.EXPANSION, Source.SOURCE_BUILD)


def examine(exam: Exam, tools: Tools, earlier: Mapping[tuple[str, str], Outcome]) -> Answers:
    """Judge every declaration that is more than a name and versions, and every entry of every lock."""
    del earlier  # `skill.unusable` tells what the manifest check found
    skills = (examinee.skill for examinee in exam.examinees if examinee.skill.unusable is None)
    every = [case for skill in skills for case in _cases(skill, exam.policy)]
    asked = index_run(every, tools)  # about all of them at once; what follows finds the answers at hand
    outcomes = tuple(_outcome(exam, examinee, tools) for examinee in exam.examinees)
    return Answers(outcomes=outcomes, engines=(asked,))


def _outcome(exam: Exam, examinee: Examinee, tools: Tools) -> Outcome:
    skill, policy = examinee.skill, exam.policy
    if skill.unusable is not None:
        return Outcome.broken(RULE, skill.id, skill.unusable.message)
    if not (skill.packages or skill.locks or skill.discovery.declarations):
        return Outcome.not_applicable(RULE, skill.id, "declares no packages")
    cases, index = tuple(_cases(skill, policy)), tools.index
    pages = [index.projects(case.indexed) if index is not None else None for case in cases]
    locked = (f for case, page in zip(cases, pages, strict=True) for f in judge_sources(case, page))
    found = tuple(dict.fromkeys((*_declared(skill, policy), *_elsewhere(skill, policy), *locked)))
    if gaps := list(dict.fromkeys(gap for page in pages if page for gap in uncompared(page))):
        return Outcome.broken(RULE, skill.id, f"hosts not compared: {first_few(gaps)}", found)
    untold = index is None and any(case.indexed for case in cases)
    return _told(skill, found, f"hosts of locked files not compared ({why_off(tools)})" if untold else "")


def _told(skill: Skill, found: tuple[Finding, ...], left_out: str) -> Outcome:
    """What was found counts, offline too; that nothing was found is no pass where something was left out."""
    if left_out and not found:
        return Outcome.skipped(RULE, skill.id, left_out)
    return Outcome.of(RULE, skill.id, found, left_out)


def _declared(skill: Skill, policy: Policy) -> Iterator[Finding]:
    """`name @ address` in skill.yaml."""
    for package in skill.packages:
        url = package.requirement.url
        if url is not None and url not in policy.direct_sources:
            yield _address(package, url, policy)


def _address(package: DeclaredPackage, url: str, policy: Policy) -> Finding:
    return Finding(
        rule=RULE,
        subject=package.name,
        severity=Severity.ERROR,
        message=f"{package.name} is declared from {quoted(url)}, which the policy does not name",
        file=package.location.file,
        line=package.location.line,
        remedy=_remedy("direct_sources", policy),
    )


def _elsewhere(skill: Skill, policy: Policy) -> Iterator[Finding]:
    """What other files than skill.yaml ask for: each source once, where a machine reads it if anywhere."""
    first: dict[tuple[Source, str], Declaration] = {}
    for one in sorted(skill.discovery.declarations, key=lambda declaration: declaration.in_prose):
        if one.source is not None and not _named(one, policy):
            first.setdefault((one.source, one.text), one)
    for (source, _), one in first.items():
        yield _other(one, source, policy)


def _other(one: Declaration, source: Source, policy: Policy) -> Finding:
    return Finding(
        rule=RULE,
        subject=one.name or one.text,
        severity=Severity.WARNING if one.in_prose and source in _LOCAL else Severity.ERROR,
        message=f"`{one.text}` {_WORDS[source]}",
        file=one.location.file,
        line=one.location.line,
        remedy=_remedy(_KEYS.get(source, ""), policy),
    )


def _named(one: Declaration, policy: Policy) -> bool:
    if one.source is Source.INDEX:
        return any(one.text.rstrip("/") == index.rstrip("/") for index in policy.indexes)
    if one.source is Source.SOURCE_BUILD:
        return (one.name or canonicalize_name(one.text)) in policy.source_builds
    return any(address in policy.direct_sources for address in (one.text, one.text.partition("@")[2].strip()))


def _cases(skill: Skill, policy: Policy) -> Iterator[Case]:
    for target in policy.targets:
        if (lock := skill.locks.get(target.name)) is not None:
            yield Case(skill, policy, target, lock)


def _remedy(key: str, policy: Policy) -> str:
    take = "take a release from the policy's index"
    return f"{take}, or ask a code owner to name it in `{key}` of {visible(policy.file)}" if key else take
