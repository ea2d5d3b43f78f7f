"""Which part examines which skill. Pure: the ids alone decide, so that every machine deals alike.

Skills are dealt like cards, in the order of their ids' digests. Sizes differ by one at most, no part is
empty, and neighbours by name, which are often a family that costs alike, come to lie in different parts.
Costs are not estimated: every machine would have to parse every skill, and an estimate that changed would
deal anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable

from checker.model.part import Shard


def parts_for(skills: Collection[str], wanted: int) -> int:
    """How many parts there is work for: at most `wanted`, and one even for nothing (the policy is judged)."""
    return max(1, min(wanted, len(skills)))


def dealt(skills: Iterable[str], shard: Shard) -> frozenset[str]:
    """The ids that one part examines."""
    order = sorted(set(skills), key=lambda skill: (_digest(skill), skill))
    return frozenset(order[shard.number - 1 :: shard.of])


def _digest(skill: str) -> str:
    return hashlib.sha256(skill.encode("utf-8", "surrogatepass")).hexdigest()
