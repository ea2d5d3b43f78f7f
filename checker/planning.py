"""From what changed to what is examined: the plan, and the exam with every skill on it parsed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

from checker.compare import compare, narrow, selects, skill_notes
from checker.errors import UsageError
from checker.escape import visible
from checker.load.brought import brought
from checker.load.change import Change
from checker.load.counted_tests import with_test_count
from checker.load.recall import NOTHING, Recall
from checker.load.skill import load_skill
from checker.model.plan import Affected, Exam, Examinee, Plan, Repository, SkillFolder
from checker.model.policy import Policy
from checker.model.preview import Preview
from checker.policy_review import PolicyChange
from checker.rules.policy.diff import touched_by
from checker.rules.policy.preview import Pair, preview
from checker.tools import Index, Tree


def plan_of(
    found: Change, tree: Tree, policy: Policy, change: PolicyChange, recall: Recall = NOTHING
) -> Plan:
    """What to examine of the head (its files are in `tree`). Raises UsageError where there is no skill.

    To the skills whose files changed come those whose registry entry, waiver or level did.
    """
    if found.base is None and not found.head.folders:
        raise UsageError("no skill found: no folder here holds a SKILL.md")
    plan = compare(found.base, found.head, found.among)
    known = {affected.folder.id for affected in plan.affected}
    touched = (
        Affected(folder=folder, because=(reason,))
        for folder, reason in _touched(found.head, tree, policy, change, recall)
        if folder.id not in known
    )
    return plan.model_copy(update={"affected": (*plan.affected, *touched)})


def _touched(
    head: Repository, tree: Tree, policy: Policy, change: PolicyChange, recall: Recall
) -> Iterator[tuple[SkillFolder, str]]:
    """The skills that the altered policy concerns, by id, each with the reason."""
    if (difference := change.difference) is None or not difference:
        return
    folders = (head.folders[skill] for skill in sorted(head.folders))
    for folder, what in brought(tree, folders, policy, recall, by_name=difference.asks_what_is_brought):
        if (reason := touched_by(difference, what)) is not None:
            yield folder, reason


def narrowed(plan: Plan, head: Repository, pattern: str | None) -> Plan:
    """Only the skills that fit the path glob. Raises UsageError where no skill of `head` fits it."""
    if pattern is None:
        return plan
    if not selects(pattern, head.folders):
        raise UsageError(f"--skill {visible(pattern)}: no skill matches")
    return narrow(plan, pattern)


def exam_of(
    tree: Tree, policy: Policy, plan: Plan, now: dt.datetime, *, offline: bool, whole: bool = True
) -> Exam:
    """Parse every skill of the plan; each is judged at the level it declares, else at the default.

    Without `whole` only skills that have no manifest are searched for declarations and imports.
    """
    skills = (
        (with_test_count(tree, load_skill(tree, affected.folder, policy, whole=whole)), affected.because)
        for affected in plan.affected
    )
    examinees = tuple(
        Examinee(skill=skill, level=policy.level_of(skill.maturity), because=because)
        for skill, because in skills
    )
    return Exam(policy=policy, examinees=examinees, now=now, offline=offline)


def with_before(exam: Exam, base: Repository | None, tree: Tree | None) -> Exam:
    """The exam with the examined skills as they were at the merge base (its files are in `tree`)."""
    if base is None or tree is None:
        return exam
    known = (examinee.skill.id for examinee in exam.examinees if examinee.skill.id in base.folders)
    skills = (load_skill(tree, base.folders[skill], exam.policy, whole=False) for skill in known)
    before = {skill.id: with_test_count(tree, skill) for skill in skills}
    return exam.model_copy(update={"before": before, "compared": True})


def remarks(exam: Exam, approvals: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """What a reviewer should see of single skills: another maturity, fewer tests, and `approvals` by id."""
    found = {examinee.skill.id: tuple(_remarks(exam, examinee, approvals)) for examinee in exam.examinees}
    return {skill: notes for skill, notes in found.items() if notes}


def _remarks(exam: Exam, examinee: Examinee, approvals: Mapping[str, str]) -> Iterator[str]:
    skill = examinee.skill
    if skill.id in approvals:
        yield approvals[skill.id]
    for note in skill_notes(exam.before.get(skill.id), skill):
        yield f"{skill.id}: {note}"


def foreseen_by(
    change: PolicyChange,
    head: Repository,
    tree: Tree,
    index: Index | None,
    now: dt.datetime,
    recall: Recall = NOTHING,
) -> Preview | None:
    """What the head's policy would do to every skill, when it differs from the one the change began from.

    A skill that the difference does not concern stands as it stood, so it is not parsed.
    """
    if change.before is None or change.after is None:
        return None
    folders = [folder for folder, _ in _touched(head, tree, change.after, change, recall)]
    policies = (change.before, change.after)
    pairs = [Pair(*(load_skill(tree, f, p, whole=False) for p in policies)) for f in folders]
    return preview(change.before, change.after, pairs, now.date(), index, among=len(head.folders))
