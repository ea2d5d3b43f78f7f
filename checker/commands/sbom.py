"""`proctor sbom`: what one skill's lock brings, judged like `check` judges it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from checker.asking import ask
from checker.errors import UsageError
from checker.escape import visible
from checker.judge import judge
from checker.model.bill import Bill, Part
from checker.model.lock import LockedDistribution
from checker.model.outcome import Finding, Outcome, Status
from checker.model.plan import Exam, Examinee
from checker.model.policy import Policy, Target
from checker.model.verdict import Verdict
from checker.pipeline import selected
from checker.rules.commands import lock_command
from checker.rules.lock.graph import Case, Graph, graph_of
from checker.tools import Tools

_CHECKS = ("packages", "vulnerabilities")


def bill_of(examinee: Examinee, policy: Policy, target: str | None, tools: Tools, now: dt.datetime) -> Bill:
    """The bill for a target of the policy (None: its first). Raises UsageError without a readable lock."""
    chosen = _target(policy, target)
    skill = examinee.skill
    lock = skill.locks.get(chosen.name)
    if lock is None:
        raise UsageError(f"{visible(skill.id)} has no readable lock: {lock_command(skill)}")
    case = Case(skill, policy, chosen, lock)
    verdict = _judged(examinee, policy, tools, now)
    graph = graph_of(case, tools.index)
    outcomes = [o for s in verdict.skills for o in s.outcomes if o.check in _CHECKS]
    return Bill(
        skill=skill.id,
        description=skill.description,
        level=examinee.level,
        target=chosen.name,
        python=case.python,
        now=now,
        parts=tuple(_parts(case, graph, outcomes)),
        roots=tuple(name for name in graph.roots if name in case.entries),
        findings=tuple(_advisories(case, outcomes)),
        advisories=verdict.advisories,
        gaps=tuple(_gaps(graph, outcomes)),
        incomplete=any(outcome.status is Status.BROKEN for outcome in outcomes),
    )


def _target(policy: Policy, name: str | None) -> Target:
    known = {target.name: target for target in policy.targets}
    if name is not None and name not in known:
        raise UsageError(f"no such target: {visible(name)} (the policy has {', '.join(known)})")
    return known[name] if name is not None else policy.targets[0]


def _judged(examinee: Examinee, policy: Policy, tools: Tools, now: dt.datetime) -> Verdict:
    exam = Exam(policy=policy, examinees=(examinee,), now=now, offline=tools.index is None)
    outcomes, engines = ask(selected(_CHECKS), exam, tools)
    label = ", ".join(sorted({s.database for s in tools.scanners if s.database}))
    head = tools.head.revision
    return judge(outcomes, engines, [examinee], policy, now=now, base=None, head=head, advisories_label=label)


def _parts(case: Case, graph: Graph, outcomes: list[Outcome]) -> Iterator[Part]:
    denied = {f.subject: f.message for o in outcomes if o.check == "packages" for f in o.findings}
    for name, entry in sorted(case.entries.items()):
        requires = tuple(child for child in graph.edges.get(name, ()) if child in case.entries)
        pin = str(entry.pin) if entry.pin else ""
        yield Part(
            name=name,
            version=str(entry.version) if entry.version is not None else None,
            sha256=_sha256(case, entry),
            requires=requires,
            denied=denied.get(pin),
            source=entry.direct_source,
        )


def _sha256(case: Case, entry: LockedDistribution) -> str | None:
    wheel = case.installed.get(entry.name)
    if wheel is not None:
        return wheel.sha256
    return entry.sdist.sha256 if entry.sdist is not None else None


def _advisories(case: Case, outcomes: list[Outcome]) -> Iterator[Finding]:
    """Findings about what this very lock holds; those of other targets belong to other bills."""
    own = {str(pin) for pin in case.lock.pins}
    for outcome in outcomes:
        if outcome.check == "vulnerabilities":
            yield from (finding for finding in outcome.findings if finding.package in own)


def _gaps(graph: Graph, outcomes: list[Outcome]) -> Iterator[str]:
    if graph.source == "lock":
        yield "dependencies are those the lock claims: the package index was not asked"
    yield from (f"what {name} requires is not known: {why}" for name, why in sorted(graph.unknown.items()))
    for outcome in outcomes:
        if outcome.status in (Status.BROKEN, Status.SKIPPED):
            yield f"{outcome.check} {outcome.status}: {outcome.reason}"
