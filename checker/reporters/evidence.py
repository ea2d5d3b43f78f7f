"""The words for what the sandbox saw. Pure; nothing is escaped yet."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from checker.model.evidence import PhaseEvidence
from checker.model.verdict import SkillVerdict
from checker.rules.sandbox.behaviour import destination, reported

_UNSEEN = "not observed"
#: Kinds of left-over processes that are named; all are in the JSON verdict.
_MOST_NAMED = 5
_MOST_LINES = 10


def phases(skill: SkillVerdict) -> list[PhaseEvidence]:
    """What the sandbox saw of a skill."""
    return [phase for o in skill.outcomes if o.evidence is not None for phase in o.evidence.phases]


def measured(phase: PhaseEvidence) -> str:
    """The numbers of a phase on one line; what nobody could observe is said to be so."""
    names = ("exit", "wall", "CPU", "peak", "network attempts", "OOM kills")
    known = [*zip(names, numbers(phase), strict=True), ("leftovers", _left(phase.leftovers))]
    limit = f" · {phase.limit_exceeded} limit exceeded" if phase.limit_exceeded else ""
    processes = f" · processes {phase.peak_processes}" if phase.peak_processes is not None else ""
    again = f" · {reused(phase)}" if phase.reused else ""
    return " · ".join(f"{name} {value}" for name, value in known) + processes + limit + again


def reused(phase: PhaseEvidence) -> str:
    """When an earlier run saw it; empty where this one did."""
    return f"evidence of {minute(phase.reused)}, reused" if phase.reused else ""


def minute(moment: dt.datetime) -> str:
    """`2026-11-22 10:02 UTC`."""
    return f"{moment.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"


def told(phase: PhaseEvidence) -> list[str]:
    """A line for each thing that somebody told of a phase, with who did and how far that can be trusted."""
    counted = ((destination(record), record.count) for record in phase.network or ())
    sink = [f"seen in its network: {words}{_times(count)}" for words, count in counted]
    if phase.network_unrecorded:
        sink.append(f"seen in its network: {phase.network_unrecorded} more, not recorded")
    own = [f"self-reported (it could have kept quiet): {reported(event)}" for event in phase.reported]
    return _capped(sink) + _capped(own)


def _capped(lines: list[str]) -> list[str]:
    more = [f"and {len(lines) - _MOST_LINES} more in the JSON verdict"] if len(lines) > _MOST_LINES else []
    return lines[:_MOST_LINES] + more


def _times(count: int) -> str:
    return f", {count} times" if count > 1 else ""


def numbers(phase: PhaseEvidence) -> tuple[str, ...]:
    """Exit code, wall time, CPU time, peak memory, network attempts and OOM kills, each in words."""
    return (
        _or_unseen(phase.exit_code),
        _seconds(phase.wall_seconds),
        _seconds(phase.cpu_seconds),
        _mebibytes(phase.peak_memory_bytes),
        _or_unseen(phase.network_attempts),
        _or_unseen(phase.oom_kills),
    )


def left_running(phase: PhaseEvidence) -> str:
    """The processes that outlived the phase; empty where there were none, or nobody looked."""
    return _left(phase.leftovers) if phase.leftovers else ""


def _left(processes: tuple[str, ...] | None) -> str:
    """Equal processes once, with their number: a fork bomb leaves hundreds."""
    if processes is None:
        return _UNSEEN
    counted = Counter(processes)
    common = counted.most_common(_MOST_NAMED)
    shown = [f"{name} ({count} times)" if count > 1 else name for name, count in common]
    more = [f"{len(counted) - _MOST_NAMED} other kinds"] if len(counted) > _MOST_NAMED else []
    return ", ".join(shown + more) or "none"


def _or_unseen(value: int | None) -> str:
    return _UNSEEN if value is None else str(value)


def _seconds(value: float | None) -> str:
    return _UNSEEN if value is None else f"{value:.2f} s"


def _mebibytes(value: int | None) -> str:
    if value is None:
        return _UNSEEN
    tenths = value * 10 // 2**20  # whole numbers: a report must not fail on a number too large for a float
    return f"{tenths // 10}.{tenths % 10} MiB"
