"""`proctor policy`: what is odd about a policy, and whether it decides what its authors expect."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from packaging.utils import NormalizedName
from packaging.version import Version

from checker.asking import ask
from checker.commands.unasked import unasked
from checker.load.policy import load_policy, setting_places
from checker.load.policy_tests import load_policy_tests
from checker.load.repository import load_repository
from checker.load.skill import load_skill
from checker.model.decision import Decision
from checker.model.outcome import Outcome
from checker.model.plan import Affected, Plan
from checker.model.policy import Policy
from checker.model.policy_case import PolicyCase
from checker.model.remark import KINDS, Remark
from checker.model.skill import Skill
from checker.pipeline import rules, selected
from checker.planning import exam_of
from checker.rules.globs import matches
from checker.rules.lint.findings import lint_findings
from checker.rules.lint.registry import Used, lint_registry
from checker.rules.lint.settings import lint_settings
from checker.rules.lint.waivers import lint_grants, lint_waivers
from checker.rules.policy.decide import decide
from checker.tools import Tree

_UNASKED = "`policy lint` asks nobody"


class Tried(NamedTuple):
    """A case and what the policy decides."""

    case: PolicyCase
    decision: Decision

    @property
    def as_expected(self) -> bool:
        """Whether the decision is the expected one, by the expected rule if one is named."""
        allowed = self.case.decision == "allow"
        return self.decision.allowed == allowed and self.case.rule in (None, self.decision.rule)


def lint(tree: Tree, today: dt.date) -> tuple[Remark, ...]:
    """Every remark, by file and line. Raises PolicyError where the policy cannot be read."""
    policy = load_policy(tree)
    skills = skills_of(tree, policy)
    waived, outcomes = _found(tree, policy, today)
    known = frozenset(rules())
    remarks = {
        *lint_registry(policy, _used(skills) if skills else None, today),
        *lint_waivers(policy, skills, known, today),
        *lint_findings(policy.waivers, waived, outcomes, today),
        *lint_grants(policy, skills),
        *lint_settings(policy, skills, setting_places(tree)),
    }
    return tuple(sorted(remarks, key=_place))


def try_cases(tree: Tree, today: dt.date) -> tuple[Tried, ...]:
    """Every case of `policies/tests/`, tried. Raises PolicyError."""
    policy = load_policy(tree)
    return tuple(Tried(case, _decided(policy, case, today)) for case in load_policy_tests(tree))


def skills_of(tree: Tree, policy: Policy) -> tuple[Skill, ...]:
    """Every skill of the tree, by id."""
    folders = load_repository(tree).folders
    return tuple(load_skill(tree, folder, policy, whole=False) for _, folder in sorted(folders.items()))


def _found(tree: Tree, policy: Policy, today: dt.date) -> tuple[Mapping[str, Skill], tuple[Outcome, ...]]:
    """What the checks say offline of the skills that a waiver in force speaks of, and these skills by id."""
    globs = [waiver.skill for waiver in policy.waivers if today <= waiver.expires]
    folders = load_repository(tree).folders.items()
    affected = tuple(
        Affected(folder=folder, because=("a waiver speaks of it",))
        for skill, folder in sorted(folders)
        if any(matches(glob, skill) for glob in globs)
    )
    now = dt.datetime.combine(today, dt.time(), dt.UTC)
    exam = exam_of(tree, policy, Plan(affected=affected), now, offline=True)
    outcomes, _ = ask(selected(()), exam, unasked(tree, index=_UNASKED, later=_UNASKED))
    return {examinee.skill.id: examinee.skill for examinee in exam.examinees}, outcomes


def _decided(policy: Policy, case: PolicyCase, today: dt.date) -> Decision:
    return decide(policy, case.package, case.version, case.level, case.day or today)


def _used(skills: Iterable[Skill]) -> Used:
    found: defaultdict[NormalizedName, set[Version]] = defaultdict(set)
    for name, version in _uses(skills):
        found[name] |= {version} if version is not None else set()
    return {name: frozenset(versions) for name, versions in found.items()}


def _uses(skills: Iterable[Skill]) -> Iterator[tuple[NormalizedName, Version | None]]:
    for skill in skills:
        yield from ((package.name, None) for package in skill.packages)
        yield from ((d.name, d.version) for lock in skill.locks.values() for d in lock.distributions)


def _place(remark: Remark) -> tuple[str, int, int, str]:
    place = remark.location
    return place.file, place.line or 0, KINDS.index(remark.kind), remark.message


def worst(remarks: Sequence[Remark]) -> str:
    """The worst kind there is, or ""."""
    return min((remark.kind for remark in remarks), key=KINDS.index, default="")
