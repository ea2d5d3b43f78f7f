"""Advisories as scanners report them."""

from __future__ import annotations

import datetime as dt

from packaging.version import Version
from pydantic import ConfigDict

from checker.model.base import Frozen
from checker.model.lock import Pin
from checker.model.severity import Severity


class Advisory(Frozen):
    """One advisory for one pin. `id` is the reporting database's own, `aliases` the other ids of the same."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    id: str
    aliases: tuple[str, ...] = ()
    severity: Severity = Severity.UNKNOWN
    summary: str = ""
    fixed_versions: tuple[Version, ...] = ()
    published: dt.datetime | None = None
    reported_by: tuple[str, ...] = ()


class Reused(Frozen):
    """Answers that rest on what earlier scans were told: how many, and when the oldest of that was (UTC)."""

    since: dt.datetime
    answers: int


class ScanReport(Frozen):
    """What one engine found for the pins it was asked about.

    `found` holds every pin the engine answered for, those without an advisory too. `unanswered` maps every
    pin without a whole answer to the reason: it is not clean, and what was found all the same still counts.
    `reused` is None where all of it was asked anew.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    engine: str
    version: str
    database: str = ""
    found: dict[Pin, tuple[Advisory, ...]] = {}
    unanswered: dict[Pin, str] = {}
    reused: Reused | None = None
