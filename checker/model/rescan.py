"""What changed from one verdict on a repository to the next, and why. Its JSON form is published."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Literal

from checker.model.base import Frozen
from checker.model.severity import Severity
from checker.model.verdict import DecisionWord


class Cause(StrEnum):
    """Why something is told otherwise than last time."""

    NEW_ADVISORY = "new advisory"
    WITHDRAWN = "withdrawn advisory"
    REPOSITORY = "repository changed"
    ENGINE = "engine or database changed"
    WAIVER = "waiver expired"
    APPROVAL = "approval expired"
    DEADLINE = "time to fix ran out"


class Change(Frozen):
    """One change, with every skill it touches.

    `subject` is an advisory or a package (for `unanswered` and `answered` the check itself), `packages` are
    the affected distributions, `why` is the reason in words.
    """

    change: Literal["appeared", "gone", "changed", "unanswered", "answered"]
    cause: Cause
    rule: str
    subject: str
    severity: Severity
    why: str
    aliases: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()


class Standing(Frozen):
    """One advisory that affects skills now: those it fails, those it only warns, those where it is waived."""

    subject: str
    severity: Severity
    aliases: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    fails: tuple[str, ...] = ()
    warns: tuple[str, ...] = ()
    waived: tuple[str, ...] = ()
    upgrades: tuple[str, ...] = ()


class Moment(Frozen):
    """Which verdict: when, of which revision, over which database, and how it ended."""

    now: dt.datetime
    head: str
    advisories: str
    decision: DecisionWord


class Rescan(Frozen):
    """A rescan. `previous` is None where there was nothing to compare with: then nothing is a change."""

    version: Literal[1] = 1
    current: Moment
    previous: Moment | None = None
    changes: tuple[Change, ...] = ()
    standing: tuple[Standing, ...] = ()
    unanswered: tuple[str, ...] = ()
