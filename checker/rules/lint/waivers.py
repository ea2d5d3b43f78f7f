"""What is odd about waivers and grants: those that match nothing, name no check, or never count. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence

from checker.model.level import Level
from checker.model.policy import Grant, Policy, Waiver
from checker.model.remark import Kind, Remark
from checker.model.skill import Skill
from checker.rules.globs import matches
from checker.rules.waivers import no_such_rule


def lint_waivers(
    policy: Policy, skills: Sequence[Skill], rules: Collection[str], today: dt.date
) -> Iterator[Remark]:
    """Remarks on every waiver. `rules` are the ids of all checks."""
    seen: dict[tuple[str, str, str], Waiver] = {}
    for waiver in policy.waivers:
        key = (waiver.skill, waiver.rule, waiver.subject)
        if (first := seen.setdefault(key, waiver)) is not waiver:
            yield _remark("warning", "duplicate", waiver, f"says the same as {first.location}")
        if text := no_such_rule(waiver, rules):
            yield _remark("error", "no-such-rule", waiver, text)
        if waiver.expires < today:
            yield _remark("warning", "expired", waiver, f"expired on {waiver.expires}")
        yield from _reach(policy, waiver, skills, today)


def _reach(policy: Policy, waiver: Waiver, skills: Sequence[Skill], today: dt.date) -> Iterator[Remark]:
    fitting = [skill for skill in skills if matches(waiver.skill, skill.id)]
    if not fitting:
        yield _remark("warning", "matches-nothing", waiver, f"no skill is at `{waiver.skill}`")
    if waiver.skill.strip("/") in ("**", "**/*"):
        yield _remark("warning", "every-skill", waiver, "holds for every skill, those to come included")
    for level in sorted({policy.level_of(skill.maturity) for skill in fitting}, key=lambda each: each.rank):
        yield from _cap(policy, waiver, level, today)


def _cap(policy: Policy, waiver: Waiver, level: Level, today: dt.date) -> Iterator[Remark]:
    days = policy.levels[level].max_waiver_days if level in policy.levels else 0
    if today <= waiver.expires and (days == 0 or (waiver.expires - today).days > days):
        text = f"does not count yet at level {level}: it may last {days} days at most"
        text = text if days else f"never counts at level {level}, which takes no waivers"
        yield _remark("warning", "over-cap", waiver, text)


def lint_grants(policy: Policy, skills: Sequence[Skill]) -> Iterator[Remark]:
    """Grants for no skill, and grants that repeat an earlier one. A preset's grants are not the policy's."""
    seen: dict[tuple[str, Level], Grant] = {}
    for grant in policy.grants or ():
        if grant.location is None or grant.location.file != policy.file:
            continue
        if skills and not any(matches(grant.skills, skill.id) for skill in skills):
            yield Remark(
                kind="warning",
                code="matches-nothing",
                message=f"grant for `{grant.skills}`: no skill is there",
                location=grant.location,
            )
        repeated = [level for level in grant.levels if seen.setdefault((grant.skills, level), grant) != grant]
        if repeated:
            text = f"grant for `{grant.skills}`: {', '.join(repeated)} is granted above already"
            yield Remark(kind="warning", code="duplicate", message=text, location=grant.location)


def _remark(kind: Kind, code: str, waiver: Waiver, text: str) -> Remark:
    label = f"waiver ({waiver.rule}, {waiver.subject})"
    return Remark(kind=kind, code=code, message=f"{label}: {text}", location=waiver.location)
