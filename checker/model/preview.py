"""What a change of the policy would do, before anybody merges it."""

from __future__ import annotations

from typing import Literal

from checker.model.base import Frozen

Standing = Literal["pass", "fail", "inconclusive"]


class Turn(Frozen):
    """A skill that the head's policy would judge otherwise than the base's, by its packages and its level.

    `reasons` are what stands against it, where it would not pass after the change.
    """

    skill: str
    before: Standing
    after: Standing
    reasons: tuple[str, ...] = ()


class Preview(Frozen):
    """What the head's policy relaxes, tightens or otherwise alters, and the skills that would turn.

    `skills` counts all that were asked. Advisories, limits and runs are not previewed, only packages and
    granted levels: those rest on the policy alone.
    """

    relaxes: tuple[str, ...] = ()
    tightens: tuple[str, ...] = ()
    alters: tuple[str, ...] = ()
    turns: tuple[Turn, ...] = ()
    skills: int = 0
