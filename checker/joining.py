"""Verdicts on parts in, one verdict out: that of the undivided run, but for its times. Pure.

The parts are held against each other first (`rules/parts/agreement.py`). What a part that is missing would
have examined stands in the verdict without an outcome, so it is inconclusive and never forgotten.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from checker.errors import UsageError
from checker.escape import shortened, visible
from checker.judge import worst
from checker.model.outcome import Outcome
from checker.model.part import Division, Shard
from checker.model.verdict import DecisionWord, EngineRun, SkillVerdict, Verdict
from checker.rules.advisories.advice import unrated
from checker.rules.globs import matches
from checker.rules.parts.agreement import Given, agreed, given
from checker.rules.parts.dealing import dealt
from checker.rules.parts.engines import joined_runs
from checker.rules.sandbox.tests import RULE as SANDBOX
from checker.rules.waivers import Ruling, of_skill, rule, unheeded

_SHOWN = 10


def join(verdicts: Iterable[tuple[str, Verdict]], planned: Division | None, now: dt.datetime) -> Verdict:
    """The verdict that the parts make, in whatever order they come (each with its name).

    `planned` is what `proctor plan` said: with it every part may be missing; `now` is the time where no part
    tells one. Raises UsageError where they are no parts of one run.
    """
    parts = sorted((given(*one) for one in verdicts), key=lambda one: one.part.number)
    division = agreed(parts, planned)
    if not parts and division is None:
        raise UsageError("no part was given, and no plan that says what there should be")
    now = min((one.verdict.now for one in parts), default=now)
    if division is None:
        return _nothing(parts, now)
    run = _Run(tuple(parts), division, now)
    if run.whole and run.whole[0].verdict.error:
        return run.whole[0].verdict.model_copy(update={"now": now, "part": None, "profile": None})
    return run.verdict()


def _nothing(parts: Sequence[Given], now: dt.datetime) -> Verdict:
    """No part could look at anything."""
    heads = {one.verdict.head for one in parts}
    if len(heads) > 1:
        raise UsageError("the parts are of different heads")
    return Verdict(decision=DecisionWord.INCONCLUSIVE, now=now, head=heads.pop(), notes=tuple(_unseen(parts)))


@dataclass(frozen=True)
class _Run:
    """The parts of one run, by number; some may be missing, or may not have seen anything."""

    parts: tuple[Given, ...]
    division: Division
    now: dt.datetime

    def verdict(self) -> Verdict:
        first = self.whole[0].verdict if self.whole else None
        decisions = [skill.decision for skill in self.skills.values()]
        decisions += [one.verdict.decision for one in self.whole]
        return Verdict(
            decision=worst([*decisions, *([DecisionWord.INCONCLUSIVE] if self.missing else [])]),
            now=self.now,
            base=self.division.base,
            head=self.division.head,
            policy=first.policy if first else "",
            advisories=max((one.verdict.advisories for one in self.whole), default=""),
            engines=self.engines(),
            skills=tuple(skill for _, skill in sorted(self.skills.items())),
            notes=(*self.shortfalls(), *self.remarks(), *self.conclusions()),
            preview=first.preview if first else None,
        )

    @cached_property
    def whole(self) -> tuple[Given, ...]:
        """The parts that could look."""
        return tuple(one for one in self.parts if one.part.division is not None)

    @cached_property
    def missing(self) -> dict[Shard, list[str]]:
        """The others, with the skills that nobody examined."""
        there = {one.part.shard for one in self.whole}
        shards = (Shard(number, self.division.of) for number in range(1, self.division.of + 1))
        return {s: sorted(dealt(self.division.skills, s)) for s in shards if s not in there}

    @cached_property
    def skills(self) -> dict[str, SkillVerdict]:
        """Every skill once: as its own part says. The policy's change, which all judge, as any of them."""
        found: dict[str, SkillVerdict] = {}
        for one in self.whole:
            own = dealt(self.division.skills, one.part.shard)
            found |= {s.skill: s for s in one.verdict.skills if s.skill in own or s.skill not in found}
        lost = ((name, shard) for shard, names in self.missing.items() for name in names)
        return found | {name: _unexamined(name, shard, found.get(name)) for name, shard in lost}

    def engines(self) -> tuple[EngineRun, ...]:
        runs = ((one.part.shard, run) for one in self.whole for run in one.verdict.engines)
        in_order = (outcome for skill in self.division.skills for outcome in self.skills[skill].outcomes)
        return tuple(joined_runs(runs, [outcome for outcome in in_order if outcome.check == SANDBOX]))

    def shortfalls(self) -> Iterator[str]:
        """What an undivided run has no words for: parts that are missing."""
        yield from (_lost(shard, skills) for shard, skills in self.missing.items())
        yield from _unseen(self.parts)

    def remarks(self) -> Iterator[str]:
        """The repository's notes, then the skills' in the order of the run."""
        yield from self.whole[0].part.remarks if self.whole else ()
        told = {skill: notes for one in self.whole for skill, notes in one.part.skill_remarks.items()}
        yield from (note for skill in self.division.skills for note in told.get(skill, ()))

    def conclusions(self) -> tuple[str, ...]:
        """What all findings and all waivers show together. Of what nobody examined nothing is known."""
        judged: Mapping[str, Sequence[Outcome]] = {name: s.outcomes for name, s in self.skills.items()}
        rulings = [ruling for one in self.whole for ruling in _rulings(one, self.skills)]
        needed = {ruling.waiver for ruling in rulings}
        lost = [skill for skills in self.missing.values() for skill in skills]
        waivers = self.whole[0].part.waivers if self.whole else ()
        known = (w for w in waivers if w in needed or not any(matches(w.skill, skill) for skill in lost))
        said = unheeded(known, rulings, judged, self.now.date())
        return (*unrated(outcome for outcomes in judged.values() for outcome in outcomes), *said)


def _unexamined(name: str, shard: Shard, known: SkillVerdict | None) -> SkillVerdict:
    """A skill of a missing part; `known` is what other parts say under its id (of the policy's change)."""
    because = (f"not examined: part {shard} left no verdict",)
    if known is None:
        return SkillVerdict(skill=name, because=because, decision=DecisionWord.INCONCLUSIVE, outcomes=())
    decision = worst((known.decision, DecisionWord.INCONCLUSIVE))
    return known.model_copy(update={"decision": decision, "because": because})


def _lost(shard: Shard, skills: Sequence[str]) -> str:
    shown = ", ".join(visible(shortened(skill, 120)) for skill in skills[:_SHOWN])
    more = f" and {len(skills) - _SHOWN} more" if len(skills) > _SHOWN else ""
    return f"part {shard} left no verdict; not examined: {shown or 'no skill'}{more}"


def _unseen(parts: Iterable[Given]) -> Iterator[str]:
    """Why a part could not look."""
    for one in parts:
        if one.part.division is None:
            yield from (f"part {one.part.shard}: {note}" for note in one.verdict.notes)


def _rulings(one: Given, skills: Mapping[str, SkillVerdict]) -> Iterator[Ruling]:
    """What the waivers mean for a part's findings, by the day and the levels it judged at."""
    for skill in one.verdict.skills:
        if skills[skill.skill] is skill:
            accepted = of_skill(one.part.waivers, skill.skill)
            days = one.part.waiver_days.get(skill.level, 0) if skill.level else 0
            for finding in (finding for outcome in skill.outcomes for finding in outcome.findings):
                if (ruling := rule(finding, accepted, one.verdict.now.date(), days)) is not None:
                    yield ruling
