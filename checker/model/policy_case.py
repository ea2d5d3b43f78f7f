"""What a policy's author expects of it: one package, one version, one level, one decision."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from packaging.utils import NormalizedName
from packaging.version import Version
from pydantic import ConfigDict

from checker.model.base import Frozen, Location
from checker.model.level import Level


class PolicyCase(Frozen):
    """One expectation. `day` is the day it speaks of (None: the run's own), `because` a note for people."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    package: NormalizedName
    version: Version
    level: Level
    decision: Literal["allow", "deny"]
    rule: str | None = None
    day: dt.date | None = None
    because: str | None = None
    location: Location

    def __str__(self) -> str:
        """As a sentence begins: `pandas 2.2.0 for intern`."""
        day = f" on {self.day}" if self.day else ""
        return f"{self.package} {self.version} for {self.level}{day}"
