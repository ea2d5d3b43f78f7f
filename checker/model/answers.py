"""What a check hands back to the pipeline."""

from __future__ import annotations

from checker.model.base import Frozen
from checker.model.outcome import Outcome
from checker.model.verdict import EngineRun


class Answers(Frozen):
    """One outcome for every skill of the exam, and every engine the check asked or could not ask."""

    outcomes: tuple[Outcome, ...]
    engines: tuple[EngineRun, ...] = ()
