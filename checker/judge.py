"""Outcomes and policy in, verdict out. Pure and total: whatever the checks say, there is a decision.

A finding at the threshold fails, even where something else broke; otherwise what could not be checked makes
the skill inconclusive (or fails it, by `on_broken`). Nothing passes by being forgotten: a skill without any
outcome is inconclusive. The order of outcomes never matters.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from checker.errors import InputError, ProctorError
from checker.model.outcome import Outcome
from checker.model.plan import Examinee
from checker.model.policy import Policy
from checker.model.verdict import DecisionWord, EngineRun, SkillVerdict, Verdict
from checker.rules.advisories.advice import unrated
from checker.rules.advisories.engine_runs import all_reused, answering
from checker.rules.waivers import Ruling, unheeded
from checker.rules.weigh import Scale


def judge(
    outcomes: Iterable[Outcome],
    engines: Iterable[EngineRun],
    examinees: Iterable[Examinee],
    policy: Policy,
    *,
    now: dt.datetime,
    base: str | None,
    head: str,
    policy_label: str = "",
    advisories_label: str = "",
    notes: Iterable[str] = (),
    check_order: Sequence[str] = (),
    left_out: Collection[str] = (),
) -> Verdict:
    """Weigh every outcome by the policy.

    `now` is the run's clock, `check_order` the order to report in. `left_out` are the checks there are that
    were not asked: nothing is known of whether a waiver of theirs is needed.
    """
    now = _utc(now)
    asked = {e.skill.id: e for e in sorted(examinees, key=lambda e: (e.skill.id, e.level.rank, e.because))}
    answered = _by_skill(outcomes, check_order)
    skills: list[SkillVerdict] = []
    rulings: list[Ruling] = []
    for skill in sorted(asked.keys() | answered.keys()):
        verdict, heeded = _one(skill, asked.get(skill), answered.get(skill, ()), policy, now.date())
        skills.append(verdict)
        rulings.extend(heeded)
    waivers = tuple(waiver for waiver in policy.waivers if waiver.rule not in left_out)
    said = unheeded(waivers, rulings, {s.skill: s.outcomes for s in skills}, now.date())
    return Verdict(
        decision=worst(s.decision for s in skills),
        now=now,
        base=base,
        head=head,
        policy=policy_label,
        advisories=advisories_label,
        engines=merged(engines),
        skills=tuple(skills),
        notes=(*notes, *unrated(outcome for one in skills for outcome in one.outcomes), *said),
    )


def unreadable_policy_verdict(
    error: InputError, *, now: dt.datetime, head: str, base: str | None = None
) -> Verdict:
    """The verdict when there is no policy to judge by: nothing was examined. Exit code 2."""
    return Verdict(
        decision=DecisionWord.INCONCLUSIVE,
        now=_utc(now),
        base=base,
        head=head,
        policy=error.file,
        error=str(error),
    )


def unexamined_verdict(error: ProctorError, *, now: dt.datetime, head: str) -> Verdict:
    """The verdict when the revisions cannot be had: nothing was examined. Exit code 3."""
    return Verdict(decision=DecisionWord.INCONCLUSIVE, now=_utc(now), head=head, notes=(str(error),))


def merged(engines: Iterable[EngineRun]) -> tuple[EngineRun, ...]:
    """One entry for each engine, by name. It ran if any ask was answered; every complaint is kept."""
    runs: dict[str, list[EngineRun]] = defaultdict(list)
    for run in engines:
        runs[run.name].append(run)
    return tuple(_merged(name, same) for name, same in sorted(runs.items()))


def _merged(name: str, same: Sequence[EngineRun]) -> EngineRun:
    owing = answering(name, "", (pin for run in same if run.ran for pin in run.unanswered))
    complaints = (run.reason for run in same if not (run.ran and run.unanswered))
    return EngineRun(
        name=name,
        version=_joined(run.version for run in same),
        ran=any(run.ran for run in same),
        reason=_joined((owing.reason, *complaints)),
        reused=all_reused(same),
        idle=all(run.idle for run in same),
        unanswered=tuple(sorted({pin for run in same for pin in run.unanswered})),
    )


_WORST = (DecisionWord.PASS, DecisionWord.INCONCLUSIVE, DecisionWord.FAIL)


def worst(decisions: Iterable[DecisionWord]) -> DecisionWord:
    """What single decisions come to together; `pass` for none."""
    return max(decisions, key=_WORST.index, default=DecisionWord.PASS)


def _one(
    skill: str, examinee: Examinee | None, outcomes: Iterable[Outcome], policy: Policy, today: dt.date
) -> tuple[SkillVerdict, list[Ruling]]:
    """The verdict on one skill, and the waivers that were ruled on."""
    level = examinee.level if examinee else None
    scale = Scale.of(policy, skill, policy.level_of(level), today)
    weighed = tuple(scale.weighed(outcome) for outcome in outcomes)
    verdict = SkillVerdict(
        skill=skill,
        level=level,
        because=examinee.because if examinee else (),
        decision=scale.decision(weighed),
        outcomes=weighed,
        pins=tuple(sorted(map(str, examinee.skill.pins))) if examinee else (),
    )
    return verdict, scale.rulings(weighed)


def _by_skill(outcomes: Iterable[Outcome], check_order: Sequence[str]) -> dict[str, list[Outcome]]:
    rank = {check: position for position, check in enumerate(check_order)}
    grouped: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in sorted(outcomes, key=lambda o: (rank.get(o.check, len(rank)), o.check, repr(o))):
        grouped[outcome.skill].append(outcome)
    return grouped


def _joined(texts: Iterable[str]) -> str:
    return "; ".join(sorted({text for text in texts if text}))


def _utc(moment: dt.datetime) -> dt.datetime:
    """The clock is UTC; a time without an offset is taken as such."""
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)
