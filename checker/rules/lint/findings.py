"""Waivers that accept nothing, as far as that can be told without a network and without an engine. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from packaging.utils import NormalizedName, canonicalize_name

from checker.model.outcome import Outcome, Status
from checker.model.policy import Waiver
from checker.model.remark import Remark
from checker.model.skill import Skill
from checker.rules.globs import matches
from checker.rules.waivers import fitting

#: What only these know: the advisory engines, the sandbox, and for the others the package index.
_ASKED = {"vulnerabilities": "a scan", "sandbox": "running the skill"}
_INDEX = "the package index"


def lint_findings(
    waivers: Sequence[Waiver], skills: Mapping[str, Skill], outcomes: Sequence[Outcome], today: dt.date
) -> Iterator[Remark]:
    """Remarks on waivers in force that no finding needs.

    `outcomes` are those of every check for every skill that a waiver speaks of (in `skills`, by id), in a run
    that asked nobody outside.
    """
    for waiver in waivers:
        own = [o for o in outcomes if o.check == waiver.rule and matches(waiver.skill, o.skill)]
        if own and today <= waiver.expires and not any(_needed(waiver, outcome) for outcome in own):
            yield _remark(waiver, skills, own)


def _needed(waiver: Waiver, outcome: Outcome) -> bool:
    return any(fitting(finding, (waiver,), outcome.skill) for finding in outcome.findings)


def _remark(waiver: Waiver, skills: Mapping[str, Skill], own: Sequence[Outcome]) -> Remark:
    label = f"waiver ({waiver.rule}, {waiver.subject})"
    absent = waiver.rule == "packages" and not any(_brings(skills[o.skill], waiver.subject) for o in own)
    if absent:
        text = f"no skill at `{waiver.skill}` declares or locks `{waiver.subject}`"
    elif unsettled := next((o for o in own if _unsettled(o, skills[o.skill], waiver.subject)), None):
        text = f"whether anything needs it cannot be told without {_missing(unsettled)}"
        return Remark(kind="note", code="cannot-tell", message=f"{label}: {text}", location=waiver.location)
    else:
        text = f"`{waiver.rule}` has no such finding at `{waiver.skill}`"
    return Remark(
        kind="warning", code="matches-nothing", message=f"{label}: {text}", location=waiver.location
    )


def _unsettled(outcome: Outcome, skill: Skill, subject: str) -> bool:
    """Whether the check could say more of the skill once it may ask the outside."""
    if outcome.check == "sources" and outcome.status is not Status.BROKEN:
        return _name(subject) in _locked(skill)  # the index tells from which hosts each of them comes
    if outcome.status in (Status.SKIPPED, Status.BROKEN):
        return True
    if not skill.locks or outcome.status is Status.NOT_APPLICABLE:
        return False
    # Wheels are looked into only where names alone leave something open.
    doubtful = outcome.check in ("undeclared", "unused") and bool(outcome.findings)
    return doubtful or outcome.check == "lock"


def _missing(outcome: Outcome) -> str:
    """What it would take to know."""
    if outcome.status is Status.BROKEN:
        return f"an answer of `{outcome.check}` for {outcome.skill}: {outcome.reason}"
    return _ASKED.get(outcome.check, _INDEX)


def _brings(skill: Skill, subject: str) -> bool:
    return _name(subject) in _locked(skill) | {package.name for package in skill.packages}


def _locked(skill: Skill) -> frozenset[NormalizedName]:
    return frozenset(d.name for lock in skill.locks.values() for d in lock.distributions)


def _name(subject: str) -> NormalizedName:
    return canonicalize_name(subject.partition("==")[0])
