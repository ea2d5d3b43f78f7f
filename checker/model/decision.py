"""The answer to "may this skill use this package at this version?"."""

from __future__ import annotations

from typing import Literal, NamedTuple

from checker.model.base import Location

DecisionRule = Literal[
    "banned", "student", "untrusted", "pending", "expired", "level", "approved", "covered", "source"
]


class Decision(NamedTuple):
    """An immutable answer: `rule` decided it, `location` is the line of the policy that did, if any."""

    allowed: bool
    rule: DecisionRule
    reason: str
    location: Location | None = None
    chain: tuple[str, ...] = ()
