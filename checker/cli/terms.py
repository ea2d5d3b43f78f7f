"""The terms on which a command meets the outside world, as its options say."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

from checker.tools import UNTIMED, Clock


def this_moment() -> dt.datetime:
    """The run's one clock, where nobody sets it."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


@dataclass(frozen=True)
class Terms:
    """`now` is the run's one clock, in UTC; `clock` measures where its time goes.

    Without `cache` it is the user's cache folder. `advisories` replaces the policy's source; with `fresh`
    nothing that an earlier run saw is used.
    """

    now: dt.datetime = field(default_factory=this_moment)
    cache: Path | None = None
    offline: bool = False
    advisories: str | None = None
    fresh: bool = False
    clock: Clock = UNTIMED
