"""The whole program on one screen: a repository goes in, one verdict comes out. Data flows one way.

    load ──▶ compare ──▶ plan ──▶ checks ──▶ judge ──▶ verdict

What the outside world is (git, the package index, uv, pip-audit, Docker) is decided in `checker/cli` and
comes in as values that satisfy the Protocols of `checker/tools.py`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from checker.checks import CHECKS, Check
from checker.compare import compare, narrow, skill_notes
from checker.errors import PolicyError, UsageError
from checker.judge import judge, unreadable_policy_verdict
from checker.load.policy import load_policy
from checker.load.repository import load_repository
from checker.load.skill import load_skill
from checker.model.outcome import Outcome
from checker.model.plan import Affected, Exam, Examinee, Plan, Repository
from checker.model.policy import Policy
from checker.model.skill import Skill
from checker.model.verdict import EngineRun, Verdict
from checker.policy_review import RULE as POLICY_RULE
from checker.policy_review import PolicyChange, own, review
from checker.tools import Tools, Tree


@dataclass(frozen=True)
class Revisions:
    """What to look at. Without `base` everything is examined, by the head's own policy.

    `base_tip` is the base branch as it is now (it holds the policy), `merge_base` where the change began
    (changes are counted from there). `policy_ever` tells whether the base's history ever held a policy.
    """

    head: Tree
    base_tip: Tree | None = None
    merge_base: Tree | None = None
    policy_ever: bool = False


@dataclass(frozen=True)
class Request:
    """What was asked for: the clock, which skills (path glob) and which checks (rule ids; empty = all).

    `only_new` asks for what the policy's `advisories.only_new` grants, for this run. Needs a base.
    """

    now: dt.datetime
    skill: str | None = None
    only: tuple[str, ...] = ()
    offline: bool = False
    only_new: bool = False


def run(revisions: Revisions, request: Request, make_tools: Callable[[Policy, Tree], Tools]) -> Verdict:
    """Examine what changed and judge it. `make_tools` gets the policy and the tree that holds it.

    An unreadable policy ends in a verdict too (its `error` is set).
    """
    checks = selected(request.only)
    try:
        policy, change = _policies(revisions)
    except PolicyError as error:
        base = revisions.base_tip.revision if revisions.base_tip else None
        return unreadable_policy_verdict(error, now=request.now, head=revisions.head.revision, base=base)
    policy = _asked_for(policy, revisions, request)
    plan = _plan(revisions, policy, change, request.skill)
    exam = _exam(revisions, policy, plan, request)
    tools = make_tools(policy, change.tree)
    outcomes, engines = ask(checks, exam, tools)
    return judge(
        [*([change.outcome] if change.outcome else []), *outcomes],
        engines,
        [*change.examinee(policy), *exam.examinees],
        policy,
        now=request.now,
        base=revisions.base_tip.revision if revisions.base_tip else None,
        head=revisions.head.revision,
        policy_label=change.label,
        advisories_label=", ".join(sorted({s.database for s in tools.scanners if s.database})),
        notes=[*revisions.head.problems, *change.notes, *plan.notes, *_changes(exam)],
        check_order=[POLICY_RULE, *(check.RULE for check in checks)],
    )


def selected(only: Iterable[str]) -> tuple[Check, ...]:
    """The checks to run for `--only`, with those they need, in their usual order. Raises UsageError."""
    known = {check.RULE: check for check in CHECKS}
    wanted = list(only) or list(known)
    if unknown := [rule for rule in wanted if rule not in known]:
        raise UsageError(f"no such check: {', '.join(unknown)} (there are {', '.join(known)})")
    for rule in wanted:  # grows while it is read: what a check needs may need something itself
        wanted.extend(need for need in known[rule].NEEDS if need not in wanted)
    return tuple(check for check in CHECKS if check.RULE in wanted)


def ask(
    checks: Iterable[Check], exam: Exam, tools: Tools
) -> tuple[tuple[Outcome, ...], tuple[EngineRun, ...]]:
    """Ask every check about every skill, each knowing what the ones before it said."""
    earlier: dict[tuple[str, str], Outcome] = {}
    engines: list[EngineRun] = []
    for check in checks:
        answers = check.examine(exam, tools, earlier)
        earlier.update({(check.RULE, outcome.skill): outcome for outcome in answers.outcomes})
        engines.extend(answers.engines)
    return tuple(earlier.values()), tuple(engines)


def _policies(revisions: Revisions) -> tuple[Policy, PolicyChange]:
    """The policy that judges, and what the head does to it. No change can approve itself."""
    if revisions.base_tip is None or revisions.merge_base is None:
        return own(revisions.head, load_policy)
    tip, fork = revisions.base_tip, revisions.merge_base
    return review(revisions.head, tip, fork, ever=revisions.policy_ever, load=load_policy)


def _asked_for(policy: Policy, revisions: Revisions, request: Request) -> Policy:
    """The policy with what the request adds to it. Raises UsageError."""
    if not request.only_new:
        return policy
    if revisions.merge_base is None:
        raise UsageError("--only-new needs --base: without a base nothing is known to be old")
    settings = policy.advisories.model_copy(update={"only_new": True})
    return policy.model_copy(update={"advisories": settings})


def _plan(revisions: Revisions, policy: Policy, change: PolicyChange, skill: str | None) -> Plan:
    head = load_repository(revisions.head)
    base = load_repository(revisions.merge_base) if revisions.merge_base is not None else None
    plan = compare(base, head)
    if change.difference is not None:
        plan = _with_touched(plan, head, revisions.head, policy, change)
    if not head.folders and base is None:
        raise UsageError("no skill found: no folder here holds a SKILL.md")
    if skill is None:
        return plan
    narrowed = narrow(plan, skill)
    if not narrow(compare(None, head), skill).affected:
        raise UsageError(f"--skill {skill}: no skill matches")
    return narrowed


def _with_touched(plan: Plan, head: Repository, tree: Tree, policy: Policy, change: PolicyChange) -> Plan:
    """Add the skills whose own files did not change but whose registry entry, waiver or level did."""
    known = {affected.folder.id for affected in plan.affected}
    others = (folder for folder in head.folders.values() if folder.id not in known)
    touched = (
        Affected(folder=folder, because=(reason,))
        for folder in others
        if (reason := change.touches(load_skill(tree, folder, policy))) is not None
    )
    return plan.model_copy(update={"affected": (*plan.affected, *touched)})


def _exam(revisions: Revisions, policy: Policy, plan: Plan, request: Request) -> Exam:
    skills = (
        (load_skill(revisions.head, affected.folder, policy), affected.because) for affected in plan.affected
    )
    examinees = tuple(
        Examinee(skill=skill, level=policy.level_of(skill.maturity), because=because)
        for skill, because in skills
    )
    before = _before(revisions.merge_base, examinees, policy)
    return Exam(policy=policy, examinees=examinees, now=request.now, offline=request.offline, before=before)


def _before(fork: Tree | None, examinees: Iterable[Examinee], policy: Policy) -> dict[str, Skill]:
    """The examined skills as they were at the merge base, by id."""
    if fork is None:
        return {}
    folders = load_repository(fork).folders
    known = (examinee.skill.id for examinee in examinees if examinee.skill.id in folders)
    return {skill: load_skill(fork, folders[skill], policy) for skill in known}


def _changes(exam: Exam) -> tuple[str, ...]:
    """What a reviewer should see of the changed skills: another maturity, fewer tests."""
    return tuple(
        f"{examinee.skill.id}: {note}"
        for examinee in exam.examinees
        for note in skill_notes(exam.before.get(examinee.skill.id), examinee.skill)
    )
