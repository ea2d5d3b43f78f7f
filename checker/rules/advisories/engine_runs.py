"""What a verdict says of an advisory engine that answered."""

from __future__ import annotations

from collections.abc import Iterable

from checker.model.advisory import Reused
from checker.model.verdict import EngineRun


def answering(name: str, version: str, unanswered: Iterable[str], reused: Reused | None = None) -> EngineRun:
    """An engine that ran; `unanswered` are the pins it owes an answer for, `reused` what earlier runs saw."""
    owed = tuple(sorted(set(unanswered)))
    reason = f"pins not answered for: {len(owed)}" if owed else ""
    return EngineRun(name=name, version=version, ran=True, reason=reason, unanswered=owed, reused=reused)
