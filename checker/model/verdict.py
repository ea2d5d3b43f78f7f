"""The verdict: what Proctor says in the end. Its JSON form is published and versioned."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Literal

from checker.model.advisory import Reused
from checker.model.base import Frozen
from checker.model.level import Level
from checker.model.outcome import Outcome
from checker.model.part import Part
from checker.model.preview import Preview
from checker.model.profile import Profile

VERDICT_VERSION: Literal[1] = 1


class DecisionWord(StrEnum):
    """The three decisions. `inconclusive` is not a pass."""

    PASS = "pass"  # noqa: S105 - a decision, not a password
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"

    @property
    def exit_code(self) -> int:
        """Exit code of the command: 0, 1 and 3; 2 is for usage and policy errors."""
        return {"pass": 0, "fail": 1, "inconclusive": 3}[self.value]


class EngineRun(Frozen):
    """One outside tool: whether it ran, and when not, why; and what of its answers is of earlier runs.

    `idle` tells that it did not run because there was nothing to ask it. `unanswered` are the pins that an
    advisory engine or the package index has no answer for.
    """

    name: str
    version: str = ""
    ran: bool
    reason: str = ""
    reused: Reused | None = None
    idle: bool = False
    unanswered: tuple[str, ...] = ()


class SkillVerdict(Frozen):
    """One skill: the level it was judged at, why it was examined, and how every check ended.

    `pins` are the distributions that its locks hold (`name==version`), so that a later run can tell what
    changed in the repository from what changed around it.
    """

    skill: str
    level: Level | None = None
    because: tuple[str, ...] = ()
    decision: DecisionWord
    outcomes: tuple[Outcome, ...]
    pins: tuple[str, ...] = ()


class Verdict(Frozen):
    """The whole answer. `now` is the injected clock (UTC); `head` is a commit id or "work tree".

    With `part` it is the answer about a part of the skills only: no verdict on the change. `profile` is there
    where it was asked for. It is the last key: it is added when all else is written.
    """

    version: Literal[1] = VERDICT_VERSION
    decision: DecisionWord
    now: dt.datetime
    base: str | None = None
    head: str
    policy: str = ""
    advisories: str = ""
    engines: tuple[EngineRun, ...] = ()
    skills: tuple[SkillVerdict, ...] = ()
    notes: tuple[str, ...] = ()
    preview: Preview | None = None
    error: str = ""
    part: Part | None = None
    profile: Profile | None = None
