"""What was seen while a skill ran in the sandbox.

Numbers the kernel observed are None where they could not be observed; None never means zero.
"""

from __future__ import annotations

from typing import Literal

from checker.model.base import Frozen

PhaseName = Literal["import", "scripts", "tests", "run"]
PhaseStatus = Literal["passed", "failed", "not_applicable", "broken"]


class PhaseEvidence(Frozen):
    """One phase of the run.

    Times are seconds, memory is bytes. `output` is what the skill printed (both streams), capped and escaped:
    safe to print. `leftovers` are the processes still alive after the phase. `failures` are lines the phase's
    own runner reports (which module, script or test failed): self-reported, unlike the numbers.
    `tests_collected` is how many tests pytest reported, self-reported too; `tests_declared` how many the
    files hold at least, counted without running them.
    """

    phase: PhaseName
    status: PhaseStatus
    reason: str = ""
    exit_code: int | None = None
    wall_seconds: float | None = None
    cpu_seconds: float | None = None
    peak_memory_bytes: int | None = None
    oom_kills: int | None = None
    network_attempts: int | None = None
    leftovers: tuple[str, ...] | None = None
    limit_exceeded: Literal["", "wall", "memory", "output", "pids"] = ""
    output: str = ""
    output_truncated: bool = False
    failures: tuple[str, ...] = ()
    tests_collected: int | None = None
    tests_declared: int | None = None


class SandboxEvidence(Frozen):
    """The image a skill was run in and what each phase showed."""

    image_key: str = ""
    image_id: str = ""
    image_cached: bool = False
    base: str = ""
    build_seconds: float | None = None
    phases: tuple[PhaseEvidence, ...] = ()
