"""From a whole plan to one part of it, and what the verdict on a part must carry. Pure.

Whatever looks at several skills at once (twins, moves, lost tests, what a policy change turns) is done over
the whole repository in every part; only what is *examined* is dealt out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from typing import Protocol

from checker import __version__
from checker.model.part import Division, Part, Shard
from checker.model.plan import Plan
from checker.model.policy import Policy
from checker.policy_review import policy_entries
from checker.rules.parts.dealing import dealt
from checker.tools import Tree


class Sides(Protocol):
    """What is compared: head, the base's tip, and where they parted."""

    @property
    def head(self) -> Tree:
        """What is examined."""

    @property
    def base_tip(self) -> Tree | None:
        """None without a base."""

    @property
    def merge_base(self) -> Tree | None:
        """None without a base."""


def division(sides: Sides, of: int, plan: Plan | None = None, judging: Tree | None = None) -> Division:
    """How a plan is divided into `of` parts; `judging` holds the policy.

    Without them the policy could not be read.
    """
    return Division(
        of=of,
        head=sides.head.revision,
        base=sides.base_tip.revision if sides.base_tip else None,
        merge_base=sides.merge_base.revision if sides.merge_base else None,
        policy=_digest(judging) if judging else "",
        proctor=__version__,
        skills=tuple(affected.folder.id for affected in plan.affected) if plan else (),
    )


def unjudged(sides: Sides, shard: Shard | None) -> Part | None:
    """The part of a verdict that says that the policy cannot be read."""
    return Part(number=shard.number, of=shard.of, division=division(sides, shard.of)) if shard else None


def portion(plan: Plan, shard: Shard | None) -> Plan:
    """The plan with the skills of one part; the notes stay."""
    if shard is None:
        return plan
    own = dealt((affected.folder.id for affected in plan.affected), shard)
    kept = tuple(affected for affected in plan.affected if affected.folder.id in own)
    return plan.model_copy(update={"affected": kept})


def part(
    shard: Shard,
    division: Division,
    policy: Policy,
    left_out: Collection[str],
    options: Iterable[str],
    remarks: Iterable[str],
    skill_remarks: Mapping[str, tuple[str, ...]],
) -> Part:
    """What a verdict on a part carries. `left_out` are the checks that were not asked."""
    return Part(
        number=shard.number,
        of=shard.of,
        division=division,
        options=tuple(options),
        remarks=tuple(remarks),
        skill_remarks=dict(skill_remarks),
        waivers=tuple(waiver for waiver in policy.waivers if waiver.rule not in left_out),
        waiver_days={level: settings.max_waiver_days for level, settings in policy.levels.items()},
    )


def _digest(judging: Tree) -> str:
    """Of the files of the policy: paths, kinds and contents."""
    lines = (f"{e.path}\0{e.kind}\0{e.digest}\n" for e in policy_entries(judging))
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogatepass")).hexdigest()
