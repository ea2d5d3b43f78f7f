"""Which evidence may stand for a later run of the same: only what is whole, good and was watched. Pure.

A failure is seen anew every time: it may have been the machine's (too busy, out of memory), and who mends one
wants to see it. Nor does evidence count of which anything could not be observed: another run might see more.
"""

from __future__ import annotations

from collections.abc import Sequence

from checker.model.evidence import PhaseEvidence
from checker.tools import Phase


def repeatable(asked: Sequence[Phase], seen: Sequence[PhaseEvidence]) -> bool:
    """Whether every phase that was asked for passed, under full watch, and nothing was to be seen."""
    if not asked or [phase.name for phase in asked] != [phase.phase for phase in seen]:
        return False
    return all(_quiet(phase) for phase in seen)


def _quiet(phase: PhaseEvidence) -> bool:
    counted = (phase.network_attempts, phase.oom_kills, phase.leftovers) == (0, 0, ())
    said = phase.failures or phase.canaries or phase.limit_exceeded or phase.output_truncated
    recorded = phase.network or phase.network_unrecorded
    # Starting a process is nothing that any rule complains of; everything else the box's Python tells is.
    told = any(event.kind != "process" for event in phase.reported)
    return phase.status == "passed" and counted and not (said or recorded or told)
