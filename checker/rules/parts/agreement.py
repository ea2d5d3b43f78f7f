"""Whether parts are parts of one run. Pure: the first thing that speaks against it is a UsageError.

A part comes out of a file, so nothing in it is taken on trust: it must be whole, must hold exactly the skills
of its shard, and must not contradict itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple

from checker.errors import UsageError
from checker.escape import shortened, visible
from checker.model.outcome import Status
from checker.model.part import Division, Part
from checker.model.verdict import DecisionWord, SkillVerdict, Verdict
from checker.rules.parts.dealing import dealt

#: Under this id the policy's own change stands among the skills, in every part.
POLICY = "policies"


class Given(NamedTuple):
    """A verdict on a part, and how its file is called (safe to print)."""

    name: str
    verdict: Verdict
    part: Part


def given(name: str, verdict: Verdict) -> Given:
    """A verdict that says of which part it is. Raises UsageError."""
    if verdict.part is None:
        raise UsageError(f"{name} is no verdict on a part: `proctor check --shard` writes those")
    return Given(name, verdict, verdict.part)


def agreed(parts: Sequence[Given], planned: Division | None) -> Division | None:
    """What the parts are parts of, None where no part knows it. Raises UsageError.

    `planned` is what `proctor plan` said; parts have to agree with it, too.
    """
    divisions = [("the plan", planned)] if planned is not None else []
    divisions += [(one.name, one.part.division) for one in parts if one.part.division is not None]
    for name, division in divisions[1:]:
        _same(divisions[0][0], divisions[0][1], name, division, tuple(Division.model_fields))
    _once(parts, divisions[0][1].of if divisions else None)
    for one in parts:
        _whole(one)
    _alike([one for one in parts if one.part.division is not None])
    return divisions[0][1] if divisions else None


def _same(first: str, one: Any, second: str, other: Any, fields: Sequence[str]) -> None:
    for field in fields:
        if getattr(one, field) != getattr(other, field):
            word = field.replace("_", " ")
            raise UsageError(f"{first} and {second} are not of one run: they differ in `{word}`")


def _once(parts: Sequence[Given], of: int | None) -> None:
    """Every number at most once, and all of the same count."""
    seen: dict[int, str] = {}
    for one in parts:
        number, of = one.part.number, of or one.part.of
        if one.part.of != of or number > of:
            raise UsageError(f"{one.name} is part {one.part.shard}, and there are {of}")
        if number in seen:
            raise UsageError(f"part {one.part.shard} is given twice: {seen[number]} and {one.name}")
        seen[number] = one.name


#: What is said of the repository, the policy and the options: equal in every part.
_OF_THE_PART = ("options", "remarks", "waivers", "waiver_days")
_OF_THE_VERDICT = ("policy", "preview", "error")


def _alike(parts: Sequence[Given]) -> None:
    for one in parts[1:]:
        first = parts[0]
        _same(first.name, first.part, one.name, one.part, _OF_THE_PART)
        _same(first.name, first.verdict, one.name, one.verdict, _OF_THE_VERDICT)
    labels = {one.verdict.advisories: one.name for one in parts if one.verdict.advisories}
    if len(labels) > 1:
        told = ", ".join(f"{name}: {visible(shortened(label, 120))}" for label, name in labels.items())
        raise UsageError(f"the parts were asked over different advisories ({told})")


def _whole(one: Given) -> None:
    """What a single part says must be possible."""
    division, verdict = one.part.division, one.verdict
    if division is None:
        if verdict.decision is DecisionWord.PASS or verdict.skills:
            raise UsageError(f"{one.name} contradicts itself: it could not look, and says something")
        return
    if (verdict.head, verdict.base) != (division.head, division.base):
        raise UsageError(f"{one.name} contradicts itself: its head or base is not that of its plan")
    own = () if verdict.error else dealt(division.skills, one.part.shard)
    found = [skill.skill for skill in verdict.skills if skill.skill not in own]
    if surplus := sorted({*found} - {POLICY}):
        raise UsageError(f"{one.name} holds what is not of part {one.part.shard}: {_named(surplus)}")
    if lacking := sorted({*own} - {skill.skill for skill in verdict.skills}):
        raise UsageError(f"{one.name} does not hold all of part {one.part.shard}: {_named(lacking)}")
    for problem in chain(_twice(verdict), *map(_contradiction, verdict.skills)):
        raise UsageError(f"{one.name} contradicts itself: {problem}")


def _twice(verdict: Verdict) -> Iterator[str]:
    ids = [skill.skill for skill in verdict.skills]
    if len(set(ids)) != len(ids):
        yield "it names a skill twice"
    if verdict.decision is DecisionWord.PASS and verdict.error:
        yield "it passes, and could not read the policy"


def _contradiction(skill: SkillVerdict) -> Iterator[str]:
    """A pass that its own outcomes deny."""
    wrong = (Status.FAILED, Status.BROKEN)
    denied = not skill.outcomes or any(
        outcome.status in wrong or any(finding.effect == "fails" for finding in outcome.findings)
        for outcome in skill.outcomes
    )
    if skill.decision is DecisionWord.PASS and denied:
        yield f"{visible(shortened(skill.skill, 120))} passes, and its checks do not"


def _named(skills: Sequence[str]) -> str:
    shown = ", ".join(visible(shortened(skill, 120)) for skill in skills[:5])
    return f"{shown} and {len(skills) - 5} more" if len(skills) > 5 else shown
