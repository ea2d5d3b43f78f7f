"""What a verdict says of an advisory engine that answered."""

from __future__ import annotations

from collections.abc import Iterable

from checker.model.advisory import Reused, ScanReport
from checker.model.verdict import EngineRun


def answering(name: str, version: str, unanswered: Iterable[str], reused: Reused | None = None) -> EngineRun:
    """An engine that ran; `unanswered` are the pins it owes an answer for."""
    owed = tuple(sorted(set(unanswered)))
    reason = f"pins not answered for: {len(owed)}" if owed else ""
    return EngineRun(name=name, version=version, ran=True, reason=reason, unanswered=owed, reused=reused)


def all_reused(asks: Iterable[EngineRun | ScanReport]) -> Reused | None:
    """What several asks of an engine took from earlier runs."""
    every = [one.reused for one in asks if one.reused]
    if not every:
        return None
    return Reused(since=min(one.since for one in every), answers=sum(one.answers for one in every))
