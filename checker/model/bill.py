"""A bill of materials of one skill, before it is written in any format."""

from __future__ import annotations

import datetime as dt

from checker.model.base import Frozen
from checker.model.level import Level
from checker.model.outcome import Finding


class Part(Frozen):
    """One locked distribution. `sha256` is of the file installed on the target, `requires` are part names.

    `denied` says why the policy denies it (None: it does not), `source` tells of a direct reference.
    """

    name: str
    version: str | None
    sha256: str | None
    requires: tuple[str, ...] = ()
    denied: str | None = None
    source: str | None = None


class Bill(Frozen):
    """Everything a skill's lock brings on one target, with the advisories as the policy weighs them.

    `roots` are the names the skill declares. `gaps` say what is not known: requirements of a distribution,
    checks without an answer. `advisories` names the database that was asked.
    """

    skill: str
    description: str
    level: Level
    target: str
    python: str
    now: dt.datetime
    parts: tuple[Part, ...]
    roots: tuple[str, ...]
    findings: tuple[Finding, ...] = ()
    advisories: str = ""
    gaps: tuple[str, ...] = ()
    incomplete: bool = False
