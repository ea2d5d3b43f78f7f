"""A sandbox that may not be used here. What would have been run is `broken`, and so never passes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from checker.errors import Unanswered
from checker.model.evidence import PhaseEvidence
from checker.model.policy import Limits
from checker.tools import Image, ImageOrder, Phase


@dataclass(frozen=True)
class RefusedSandbox:
    """Satisfies `checker.tools.Sandbox` and answers nothing but `reason`."""

    reason: str
    version: str = ""

    def prepare(self, order: ImageOrder) -> None:
        """Nothing: it will not be built."""

    def build(self, order: ImageOrder) -> Image:
        """Raises Unanswered."""
        raise Unanswered("sandbox", self.reason)

    def run(self, image: Image, phases: Sequence[Phase], limits: Limits) -> tuple[PhaseEvidence, ...]:
        """Raises Unanswered."""
        raise Unanswered("sandbox", self.reason)

    def at_once(self, limits: Limits) -> int:
        """One after another: there is nothing to wait for."""
        return 1
