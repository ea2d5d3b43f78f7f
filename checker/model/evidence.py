"""What was seen while a skill ran in the sandbox.

Numbers the kernel observed are None where they could not be observed; None never means zero.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

from pydantic import Field

from checker.model.base import Frozen

PhaseName = Literal["import", "scripts", "tests", "run"]
PhaseStatus = Literal["passed", "failed", "not_applicable", "broken"]


class Witness(StrEnum):
    """Who tells: what stands in the way of a skill that would like the evidence to be another."""

    #: The kernel's own counters, read outside of the box: out of the skill's reach.
    KERNEL = "kernel"
    #: Proctor and the engine, outside of the box: what they measured, and what they compared.
    ENGINE = "engine"
    #: A trusted process in the box's network, out of the skill's reach; it repeats what the skill sent.
    SINK = "sink"
    #: Programs inside the box that share it with the skill: an explanation, never a proof of innocence.
    SELF_REPORTED = "self-reported"


class NetworkRecord(Frozen):
    """One thing the sink saw, `count` times.

    `kind`: a name that DNS was asked for (`dns`), a destination (`tcp`, `udp`, `icmp`, `other`), the server
    name of a TLS greeting (`tls`), or the first line of an HTTP request (`http`). `name` is the host as the
    skill named it ("" when it named an address), `detail` the request line. Escaped and capped.
    """

    kind: Literal["dns", "tcp", "udp", "icmp", "other", "tls", "http"]
    address: str = ""
    port: int | None = None
    name: str = ""
    detail: str = ""
    count: int = 1


class ReportedEvent(Frozen):
    """One thing the box's Python said it did, `count` times; `where` is the skill's `file:line`.

    `kind`: a `network` attempt, a `process` started, a `write` outside of the places for it, an `escape`
    attempt, or a `canary` file opened. Escaped and capped.
    """

    kind: Literal["network", "process", "write", "escape", "canary"]
    what: str
    where: str = ""
    count: int = 1


class PhaseEvidence(Frozen):
    """One phase of the run.

    Times are seconds, memory is bytes. `output` is what the skill printed (both streams), capped and escaped:
    safe to print. `leftovers` are the processes still alive after a phase that ended by itself (None where it
    was cut off). `failures` are lines the phase's own runner reports (which module, script or test failed):
    self-reported, unlike the numbers.
    `tests_collected` is how many tests pytest reported, self-reported too; `tests_declared` how many the
    files hold at least, counted without running them.
    `canaries` names the planted secrets that came out, and how. `network` is None where no sink looked;
    `network_unrecorded` counts what it could not keep. `reused` is when an earlier run saw all this, where
    that stands for a run of today (UTC). `witnesses` says for each field who tells.
    """

    phase: PhaseName
    status: PhaseStatus
    reason: str = ""
    exit_code: int | None = None
    wall_seconds: float | None = None
    cpu_seconds: float | None = None
    peak_memory_bytes: int | None = None
    peak_processes: int | None = None
    oom_kills: int | None = None
    network_attempts: int | None = None
    leftovers: tuple[str, ...] | None = None
    limit_exceeded: Literal["", "wall", "memory", "output", "pids"] = ""
    canaries: tuple[str, ...] = ()
    network: tuple[NetworkRecord, ...] | None = None
    network_unrecorded: int = 0
    reported: tuple[ReportedEvent, ...] = ()
    output: str = ""
    output_truncated: bool = False
    failures: tuple[str, ...] = ()
    tests_collected: int | None = None
    tests_declared: int | None = None
    reused: dt.datetime | None = None


#: Who tells what of a phase, where no sink looked: the weakest of those who have a say in it. That a phase
#: passed is, for all that the kernel and the engine hold against it, the word of a process in the box.
WITNESSES: Mapping[Witness, tuple[str, ...]] = MappingProxyType(
    {
        Witness.KERNEL: (
            "cpu_seconds",
            "peak_memory_bytes",
            "peak_processes",
            "oom_kills",
            "network_attempts",
            "leftovers",
        ),
        Witness.ENGINE: (
            "phase",
            "exit_code",
            "wall_seconds",
            "limit_exceeded",
            "canaries",
            "output_truncated",
            "tests_declared",
            "reused",
        ),
        Witness.SINK: ("network", "network_unrecorded"),
        Witness.SELF_REPORTED: ("status", "reason", "failures", "output", "reported", "tests_collected"),
    }
)


def witnesses(phases: Sequence[PhaseEvidence]) -> dict[Witness, tuple[str, ...]]:
    """Who tells what of `phases`: where a sink looked, it counted `network_attempts`, not the kernel."""
    found = dict(WITNESSES)
    if any(phase.network is not None for phase in phases):
        found[Witness.KERNEL] = tuple(name for name in found[Witness.KERNEL] if name != "network_attempts")
        found[Witness.SINK] = ("network_attempts", *found[Witness.SINK])
    return found


class SandboxEvidence(Frozen):
    """The image a skill was run in and what each phase showed. `witnesses` tells readers by whom."""

    image_key: str = ""
    image_id: str = ""
    image_cached: bool = False
    base: str = ""
    build_seconds: float | None = None
    phases: tuple[PhaseEvidence, ...] = ()
    witnesses: dict[Witness, tuple[str, ...]] = Field(default_factory=lambda data: witnesses(data["phases"]))
