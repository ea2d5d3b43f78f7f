"""The whole program is `run`: a repository goes in, one verdict comes out. Data flows one way.

    load ──▶ compare ──▶ plan ──▶ checks ──▶ judge ──▶ verdict

What the outside world is (git, the package index, uv, pip-audit, Docker) is decided in `checker/cli` and
comes in as values that satisfy the Protocols of `checker/tools.py`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from checker.asking import ask
from checker.checks import CHECKS, DISCOVERING, Check
from checker.dividing import division, part, portion, unjudged
from checker.errors import PolicyError, UsageError
from checker.judge import judge, unreadable_policy_verdict
from checker.load.change import Change, load_change
from checker.load.policy import load_policy
from checker.load.recall import NOTHING, Recall
from checker.model.outcome import Outcome
from checker.model.part import Division, Part, Shard
from checker.model.plan import Exam, Plan
from checker.model.policy import Policy
from checker.model.preview import Preview
from checker.model.verdict import EngineRun, Verdict
from checker.planning import exam_of, foreseen_by, narrowed, plan_of, remarks, with_before
from checker.policy_review import RULE as POLICY_RULE
from checker.policy_review import PolicyChange, by_head, own, review
from checker.rules.parts.dealing import parts_for
from checker.rules.sandbox import behaviour
from checker.rules.waivers import misnamed
from checker.tools import UNTIMED, Clock, Tools, Tree


@dataclass(frozen=True)
class Revisions:
    """What to look at. Without `base` everything is examined, by the head's own policy.

    `base_tip` is the base branch as it is now (it holds the policy), `merge_base` where the change began
    (changes are counted from there). `policy_ever` tells whether the base's history ever held a policy. With
    `own_policy` the head's own policy judges although there is a base.
    """

    head: Tree
    base_tip: Tree | None = None
    merge_base: Tree | None = None
    policy_ever: bool = False
    own_policy: bool = False


@dataclass(frozen=True)
class Request:
    """What was asked for: the clock, which skills (path glob) and which checks (rule ids; empty = all).

    `only_new` asks for what the policy's `advisories.only_new` grants, for this run. Needs a base.
    `shard` asks for a part of the skills.
    """

    now: dt.datetime
    skill: str | None = None
    only: tuple[str, ...] = ()
    offline: bool = False
    only_new: bool = False
    shard: Shard | None = None


def run(
    revisions: Revisions,
    request: Request,
    make_tools: Callable[[Policy, Tree], Tools],
    recall: Recall = NOTHING,
    clock: Clock = UNTIMED,
) -> Verdict:
    """Examine what changed and judge it. `make_tools` gets the policy and the tree that holds it.

    `recall` spares work that an earlier run did, and changes nothing else; `clock` is told the stages. An
    unreadable policy ends in a verdict too (its `error` is set). With `request.shard` the verdict is that
    on a part.
    """
    checks = selected(request.only)
    try:
        with clock.stage("load"):
            planned = _planned(revisions, request, recall)
    except PolicyError as error:
        return _unreadable(error, revisions, request)
    one = _Run(revisions, request, checks, planned)
    with clock.stage("load"):
        exam = one.exam()
    tools = make_tools(planned.policy, planned.change.tree)
    outcomes, engines = ask(checks, exam, tools, clock)
    with clock.stage("judge"):
        foreseen = one.foreseen(tools, recall)
        return one.verdict(exam, tools, outcomes, engines, foreseen)


def divide(revisions: Revisions, request: Request, wanted: int, recall: Recall = NOTHING) -> Division:
    """How a run is divided into at most `wanted` parts. Raises UsageError.

    A policy that cannot be read makes one part, whose verdict says so.
    """
    try:
        planned = _planned(revisions, request, recall)
    except PolicyError:
        return division(revisions, 1)
    skills = [affected.folder.id for affected in planned.plan.affected]
    return division(revisions, parts_for(skills, wanted), planned.plan, planned.change.tree)


def selected(only: Iterable[str]) -> tuple[Check, ...]:
    """The checks to run for `--only`, with those they need, in their usual order. Raises UsageError."""
    known = {check.RULE: check for check in CHECKS}
    wanted = list(only) or list(known)
    if unknown := [rule for rule in wanted if rule not in known]:
        raise UsageError(f"no such check: {', '.join(unknown)} (there are {', '.join(known)})")
    for rule in wanted:  # grows while it is read: what a check needs may need something itself
        wanted.extend(need for need in known[rule].NEEDS if need not in wanted)
    return tuple(check for check in CHECKS if check.RULE in wanted)


def rules() -> tuple[str, ...]:
    """Every rule that a waiver may name: the checks' ids, and those of behaviour in the sandbox."""
    return (*(check.RULE for check in CHECKS), *behaviour.RULES)


def left_out(checks: Iterable[Check]) -> frozenset[str]:
    """The ids of the checks that are not among these."""
    return frozenset(check.RULE for check in CHECKS) - {check.RULE for check in checks}


def discovering(checks: Iterable[Check]) -> bool:
    """Whether any of the checks reads what is found in the files of every skill."""
    return any(check.RULE in DISCOVERING for check in checks)


def _policies(revisions: Revisions) -> tuple[Policy, PolicyChange]:
    """The policy that judges, and what the head does to it. No change can approve itself."""
    if revisions.base_tip is None or revisions.merge_base is None:
        return own(revisions.head, load_policy)
    tip, fork = revisions.base_tip, revisions.merge_base
    if revisions.own_policy:
        return by_head(revisions.head, tip, fork, load_policy)
    return review(revisions.head, tip, fork, ever=revisions.policy_ever, load=load_policy)


def _asked_for(policy: Policy, revisions: Revisions, request: Request) -> Policy:
    """The policy with what the request adds to it. Raises UsageError."""
    if not request.only_new:
        return policy
    if revisions.merge_base is None:
        raise UsageError("--only-new needs --base: without a base nothing is known to be old")
    settings = policy.advisories.model_copy(update={"only_new": True})
    return policy.model_copy(update={"advisories": settings})


@dataclass(frozen=True)
class _Planned:
    """What is known before anything is examined: who judges, both sides of the change, what is affected."""

    policy: Policy
    change: PolicyChange
    found: Change
    plan: Plan


@dataclass(frozen=True)
class _Run:
    """One run once it is planned: the exam it sets, and the verdict on what the checks say."""

    revisions: Revisions
    request: Request
    checks: tuple[Check, ...]
    planned: _Planned

    def exam(self) -> Exam:
        """The skills of this part of the plan, parsed, and what they were before the change."""
        head, plan = self.revisions.head, portion(self.planned.plan, self.request.shard)
        now, offline = self.request.now, self.request.offline
        whole = discovering(self.checks)
        exam = exam_of(head, self.planned.policy, plan, now, offline=offline, whole=whole)
        return with_before(exam, self.planned.found.base, self.revisions.merge_base)

    def foreseen(self, tools: Tools, recall: Recall) -> Preview | None:
        """What the change of the policy would do to every skill."""
        head, now = self.planned.found.head, self.request.now
        return foreseen_by(self.planned.change, head, self.revisions.head, tools.index, now, recall)

    def verdict(
        self,
        exam: Exam,
        tools: Tools,
        outcomes: Iterable[Outcome],
        engines: Iterable[EngineRun],
        foreseen: Preview | None,
    ) -> Verdict:
        """Judge, and say what concerns the whole repository and single skills."""
        change, tip = self.planned.change, self.revisions.base_tip
        slips = misnamed((change.after or self.planned.policy).waivers, self._named())
        noted = (*self.planned.found.head.problems, *change.notes, *self.planned.plan.notes, *slips)
        of_skills = remarks(exam, change.self_approved(exam.examinees, foreseen))
        verdict = judge(
            [*([change.outcome] if change.outcome else []), *outcomes],
            engines,
            [*change.examinee(exam.policy), *exam.examinees],
            exam.policy,
            now=self.request.now,
            base=tip.revision if tip else None,
            head=self.revisions.head.revision,
            policy_label=change.label,
            advisories_label=", ".join(sorted({s.database for s in tools.scanners if s.database})),
            notes=(*noted, *(note for notes in of_skills.values() for note in notes)),
            check_order=[POLICY_RULE, *(check.RULE for check in self.checks)],
            left_out=self._silent(),
        )
        told = self._part(tools, noted, of_skills)
        return verdict.model_copy(update={"preview": foreseen, "part": told})

    def _part(
        self, tools: Tools, noted: tuple[str, ...], of_skills: Mapping[str, tuple[str, ...]]
    ) -> Part | None:
        """What a verdict on a part carries, so that it can be joined; None for a whole run."""
        shard, planned = self.request.shard, self.planned
        if shard is None:
            return None
        whole = division(self.revisions, shard.of, planned.plan, planned.change.tree)
        options = _options(self.request, tools)
        return part(shard, whole, planned.policy, self._silent(), options, noted, of_skills)

    def _silent(self) -> frozenset[str]:
        """Rules of which nobody can tell whether a waiver is needed: nobody asked, or there is none such."""
        slips = {waiver.rule for waiver in self.planned.policy.waivers} - self._named()
        return left_out(self.checks) | slips

    def _named(self) -> frozenset[str]:
        """What findings of this run may go by."""
        return frozenset((POLICY_RULE, *rules()))


def _unreadable(error: PolicyError, revisions: Revisions, request: Request) -> Verdict:
    tip, head = revisions.base_tip, revisions.head.revision
    base = tip.revision if tip else None
    verdict = unreadable_policy_verdict(error, now=request.now, head=head, base=base)
    return verdict.model_copy(update={"part": unjudged(revisions, request.shard)})


def _planned(revisions: Revisions, request: Request, recall: Recall) -> _Planned:
    """Raises PolicyError and UsageError."""
    policy, change = _policies(revisions)
    policy = _asked_for(policy, revisions, request)
    found = load_change(revisions.merge_base, revisions.head, recall)
    plan = narrowed(plan_of(found, revisions.head, policy, change, recall), found.head, request.skill)
    return _Planned(policy, change, found, plan)


def _options(request: Request, tools: Tools) -> tuple[str, ...]:
    """What decides which questions are asked: equal in all parts of a run."""
    only = (f"--only {rule}" for rule in sorted(set(request.only)))
    return (*only, *(["--only-new"] if request.only_new else []), *sorted(set(tools.off.values())))
