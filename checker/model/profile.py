"""Where the time of a run went."""

from __future__ import annotations

from typing import Literal

from checker.model.base import Frozen

#: What a run does, in the order in which it mostly happens. `start` and `other` are what no stage claims.
Stage = Literal["load", "lock", "checks", "index", "scan", "build", "run", "judge", "report"]


class Share(Frozen):
    """The time in which exactly these stages were under way: no moment is in two shares.

    `cpu_seconds` are processor seconds of this process and of those it started, which count where they ended.
    """

    stages: tuple[Stage | Literal["start", "other"], ...]
    wall_seconds: float
    cpu_seconds: float


class Profile(Frozen):
    """The whole of a run, and the shares that it is the sum of (but for rounding)."""

    wall_seconds: float
    cpu_seconds: float
    shares: tuple[Share, ...]
