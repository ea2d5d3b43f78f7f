"""Which skills would turn if the head's policy judged: pass to fail, fail to pass. Pure.

Only what rests on the policy and the skill's own files is asked: the decision on every locked package, the
waivers of those decisions, and whether the declared level is granted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from checker.model.decision import Decision
from checker.model.outcome import Finding
from checker.model.policy import Policy, Target
from checker.model.preview import Preview, Standing, Turn
from checker.model.severity import Severity
from checker.model.skill import Skill
from checker.rules.lock.decisions import decide_lock
from checker.rules.lock.graph import Case, warm
from checker.rules.policy.decide import decide_declared
from checker.rules.policy.diff import diff
from checker.rules.policy.effects import effects
from checker.rules.policy.grants import granted
from checker.rules.waivers import of_skill, rule
from checker.tools import Index

_PACKAGES = "packages"


class Pair(NamedTuple):
    """One skill of the head, as read under the policy before and the policy after (targets may differ)."""

    before: Skill
    after: Skill


def preview(
    before: Policy,
    after: Policy,
    skills: Sequence[Pair],
    today: dt.date,
    index: Index | None = None,
    *,
    among: int | None = None,
) -> Preview:
    """What `after` does. Edges are the index's, or without one what the locks claim.

    `among` so many skills; those that are not in `skills` are not touched by the difference, so none turns.
    """
    if index is not None:
        warm(index, [c for old, new in skills for c in (*_cases(before, old), *_cases(after, new))])
    found = effects(before, after, diff(before, after), today)
    turns = (_turn(before, after, pair, today, index) for pair in skills)
    return Preview(
        relaxes=tuple(e.sentence for e in found if e.direction == "relaxes"),
        tightens=tuple(e.sentence for e in found if e.direction == "tightens"),
        alters=tuple(e.sentence for e in found if e.direction == "alters"),
        turns=tuple(turn for turn in turns if turn is not None),
        skills=len(skills) if among is None else among,
    )


def _turn(before: Policy, after: Policy, pair: Pair, today: dt.date, index: Index | None) -> Turn | None:
    old, _ = standing(before, pair.before, today, index)
    new, reasons = standing(after, pair.after, today, index)
    return Turn(skill=pair.after.id, before=old, after=new, reasons=reasons) if old != new else None


def standing(
    policy: Policy, skill: Skill, today: dt.date, index: Index | None = None
) -> tuple[Standing, tuple[str, ...]]:
    """How a skill stands under a policy, by its packages and its level alone, and what stands against it."""
    if skill.unusable is not None:
        return "fail", (skill.unusable.message,)
    denied, gaps = list(_ungranted(policy, skill)), []
    if skill.packages or skill.locks or skill.lock_problems:
        for target in policy.targets:
            wrong, open_questions = _by_target(policy, skill, target, today, index)
            denied += wrong
            gaps += open_questions
    word: Standing = "fail" if denied else "inconclusive" if gaps else "pass"
    return word, tuple(dict.fromkeys(denied or gaps))


def _ungranted(policy: Policy, skill: Skill) -> Iterator[str]:
    if skill.maturity is not None and skill.maturity not in granted(policy, skill.id):
        yield f"`maturity: {skill.maturity}` is not granted"


def _by_target(
    policy: Policy, skill: Skill, target: Target, today: dt.date, index: Index | None
) -> tuple[list[str], list[str]]:
    """What one target's lock denies, and what it leaves open."""
    lock, level = skill.locks.get(target.name), policy.level_of(skill.maturity)
    if lock is None:
        answers = [(str(p.requirement), decide_declared(policy, p, level, today)) for p in skill.packages]
        return list(_denied(policy, skill, answers, today)), [f"no lock for target {target.name}"]
    decided = decide_lock(Case(skill, policy, target, lock), level, today, index)
    pins = [(str(pin), decision) for pin, decision in sorted(decided.decisions.items())]
    return list(_denied(policy, skill, pins, today)), [
        f"{pin}: {reason}" for pin, reason in sorted(decided.unsure.items())
    ]


def _denied(
    policy: Policy, skill: Skill, answers: Iterable[tuple[str, Decision | None]], today: dt.date
) -> Iterator[str]:
    """A reason for each denial that no waiver accepts."""
    settings = policy.levels.get(policy.level_of(skill.maturity))
    cap, accepted = settings.max_waiver_days if settings else 0, of_skill(policy.waivers, skill.id)
    for subject, decision in answers:
        if decision is None or decision.allowed:
            continue
        finding = Finding(rule=_PACKAGES, subject=subject, severity=Severity.ERROR, message=decision.reason)
        ruling = rule(finding, accepted, today, cap)
        if ruling is None or ruling.objection:
            yield f"{subject}: {decision.reason}"


def _cases(policy: Policy, skill: Skill) -> Iterator[Case]:
    for target in policy.targets:
        if (lock := skill.locks.get(target.name)) is not None:
            yield Case(skill, policy, target, lock)
