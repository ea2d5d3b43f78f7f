"""What a change does to the policy itself. No change can approve itself: the base's tip judges.

The head's policy is only read to say whether it is valid and what it touches. Special cases: a base that
never had a policy (bootstrap: the head's own is used, and that is said), a head that deletes the policy
(fails), and a head whose policy cannot be read (fails, with file and line).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from checker.errors import InputError, PolicyError
from checker.model.entries import Entries
from checker.model.outcome import Finding, Outcome
from checker.model.plan import Examinee
from checker.model.policy import Policy
from checker.model.preview import Preview
from checker.model.severity import Severity
from checker.model.skill import Entry, Skill
from checker.rules.policy.diff import PolicyDiff, diff, touched
from checker.tools import Tree

RULE = "policy"
#: Folder of the policy files; also their name among the skills of a verdict.
FOLDER = "policies"
OWN = "judged by the head's own policy (--policy-from head): this change can approve itself"
#: No change can approve itself.
ONE_FIRST = (
    "would pass by the policy of this change, which does not judge it: take the policy change to a pull "
    "request of its own, have it merged, then run this again"
)
REVIEW = "valid; needs code-owner review (this run is judged by the base's policy)"


@dataclass(frozen=True)
class PolicyChange:
    """The policy's side of a change.

    `tree` holds the policy that judges. Where the head's policy is valid and differs, `before` and `after`
    are the policy the change began from and the head's. With `by_head` the head's own policy judges.
    """

    label: str
    tree: Tree
    outcome: Outcome | None = None
    notes: tuple[str, ...] = ()
    before: Policy | None = None
    after: Policy | None = None
    by_head: bool = False

    @cached_property
    def difference(self) -> PolicyDiff | None:
        """What the head's policy alters."""
        return diff(self.before, self.after) if self.before is not None and self.after is not None else None

    def touches(self, skill: Skill) -> str | None:
        """Why the altered policy concerns this skill, or None."""
        change = self.difference
        return touched(skill, change) if change is not None else None

    def self_approved(self, examinees: Iterable[Examinee], foreseen: Preview | None) -> dict[str, str]:
        """How to do it right, by id, for each changed skill that only the change's own policy would pass."""
        if foreseen is None or self.by_head:
            return {}
        turned = {turn.skill for turn in foreseen.turns if turn.after == "pass"}
        return {
            e.skill.id: f"{e.skill.id} {ONE_FIRST}"
            for e in examinees
            if e.skill.id in turned and e.because != (self.touches(e.skill),)
        }

    def examinee(self, policy: Policy) -> tuple[Examinee, ...]:
        """The policy files as one more examinee, when they changed."""
        if self.outcome is None:
            return ()
        skill = Skill(id=FOLDER, skill_md="")
        return (Examinee(skill=skill, level=policy.default_maturity, because=("the policy changed",)),)


def own(head: Tree, load: Callable[[Tree], Policy]) -> tuple[Policy, PolicyChange]:
    """Judge by the examined revision's own policy: no base was given."""
    return load(head), PolicyChange(f"{FOLDER}/ of the examined revision itself", head)


def review(
    head: Tree, tip: Tree, fork: Tree, *, ever: bool, load: Callable[[Tree], Policy]
) -> tuple[Policy, PolicyChange]:
    """The base tip's policy, and what the head does to it.

    `fork` is the merge base, `ever` tells whether the base's history ever held a policy. Raises PolicyError
    when the base's own policy cannot be read, or is gone.
    """
    if not policy_entries(tip):
        return _bootstrap(head, load, ever=ever)
    policy = load(tip)
    label = f"{FOLDER}/ at the base's tip {tip.revision[:12]}"
    if _any_spelling(head) == _any_spelling(fork):
        return policy, PolicyChange(label, tip)
    if not policy_entries(head):
        return policy, PolicyChange(label, tip, _failed("the change deletes the policy", FOLDER))
    try:
        after = load(head)
    except InputError as error:
        return policy, PolicyChange(label, tip, _failed(error.message, error.file, error.line))
    outcome, notes = Outcome.of(RULE, FOLDER, (), REVIEW), (f"policy change: {REVIEW}",)
    return policy, PolicyChange(label, tip, outcome, notes, _before(fork, policy, load), after)


def by_head(head: Tree, tip: Tree, fork: Tree, load: Callable[[Tree], Policy]) -> tuple[Policy, PolicyChange]:
    """The head's own policy, for people who work alone, and what it alters. Raises PolicyError."""
    policy = load(head)
    label = f"{FOLDER}/ of the head (--policy-from head)"
    if not policy_entries(fork) or policy_entries(head) == policy_entries(fork):
        return policy, PolicyChange(label, head, notes=(OWN,), by_head=True)
    try:
        before = load(fork)
    except InputError:
        before = load(tip) if policy_entries(tip) else policy
    outcome = Outcome.of(RULE, FOLDER, (), OWN)
    return policy, PolicyChange(label, head, outcome, (OWN,), before, policy, by_head=True)


def _before(fork: Tree, tip: Policy, load: Callable[[Tree], Policy]) -> Policy:
    """The policy the change began from; the tip's where that one is missing or cannot be read."""
    try:
        return load(fork)
    except InputError:
        return tip


def policy_entries(tree: Tree) -> tuple[Entry, ...]:
    """The policy's files as tree entries: equal entries mean an equal policy."""
    entries = Entries.of(tree.entries())
    return tuple(entries[path] for path in entries.below(FOLDER))


def _any_spelling(tree: Tree) -> tuple[Entry, ...]:
    """As `policy_entries`, with those of `Policies/`: some file systems take that for the same folder."""
    entries, prefix = tree.entries(), f"{FOLDER}/"
    return tuple(entries[path] for path in entries if path[: len(prefix)].casefold() == prefix)


def _bootstrap(head: Tree, load: Callable[[Tree], Policy], *, ever: bool) -> tuple[Policy, PolicyChange]:
    if ever:
        raise PolicyError("the base once had a policy and has none now; restore it first", FOLDER)
    note = "bootstrap: the base never had a policy, so this run is judged by the policy the change brings"
    return load(head), PolicyChange(f"{FOLDER}/ of the head (bootstrap)", head, notes=(note,))


def _failed(message: str, file: str, line: int | None = None) -> Outcome:
    finding = Finding(
        rule=RULE,
        subject=FOLDER,
        severity=Severity.ERROR,
        message=message,
        file=file,
        line=line,
        remedy="mend the policy file, or leave the policy as it is on the base branch",
    )
    return Outcome.of(RULE, FOLDER, (finding,))
