"""`grants` of the policy: which levels the skills under a path may declare. Pure."""

from __future__ import annotations

from checker.model.level import Level
from checker.model.policy import Policy
from checker.rules.globs import matches


def granted(policy: Policy, skill: str) -> tuple[Level, ...]:
    """The levels that a skill at this path may declare, lowest first. Without `grants` all of them."""
    if policy.grants is None:
        return tuple(Level)
    fitting = {level for grant in policy.grants if matches(grant.skills, skill) for level in grant.levels}
    return tuple(sorted(fitting, key=lambda level: level.rank))
