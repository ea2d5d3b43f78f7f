"""The low-level runtime that holds a box: runc, or gVisor's runsc, which puts a kernel of its own in between.

runsc is opt-in (`sandbox.runtime`) and has to be registered with the engine; where it is not, nothing is run.
Its own threads count as the box's; network, processes and lack of memory lie out of the host kernel's sight.
"""

from __future__ import annotations

from dataclasses import replace

from checker.engines.sandbox.box.observe import Counters
from checker.engines.sandbox.engine import Engine, answered
from checker.errors import Unanswered
from checker.escape import visible
from checker.model.policy import Limits, Runtime

#: runsc needs threads of its own, which the control group counts with those of the skill.
_RUNSC_PIDS = 512


def require(engine: Engine, runtime: Runtime) -> None:
    """Raises Unanswered where the engine has no such runtime: nothing else stands in for it."""
    if runtime == "runc":
        return  # what every Docker engine comes with; one that lacks it says so when a container starts
    with answered("asked for its runtimes"):
        known = sorted(engine.api.info().get("Runtimes") or {})
    if runtime not in known:
        have = visible(", ".join(known)) or "none that it names"
        reason = f"the engine has no runtime {runtime} (it has {have}), so nothing was run; register it with"
        raise Unanswered("sandbox", f"{reason} the engine, or set `sandbox.runtime: runc`")


def require_sight(runtime: Runtime, limits: Limits) -> None:
    """Raises Unanswered where a sink is asked for that would see nothing: that would look like quiet."""
    if runtime == "runsc" and limits.observe == "network":
        reason = "gVisor keeps the network of a box to itself, so that no sink sees it, and nothing was run"
        way = "set `limits.observe: counts` at this level, or `sandbox.runtime: runc`"
        raise Unanswered("sandbox", f"{reason}: {way}")


def pids_limit(runtime: Runtime, processes: int) -> int:
    """The control group's limit for a box that may have so many `processes`."""
    return max(processes, _RUNSC_PIDS) if runtime == "runsc" else processes


def seen(runtime: Runtime, counters: Counters) -> Counters:
    """What of `counters` speaks of the skill: nothing counted where nothing can be seen is no zero.

    gVisor's network and processes are not the host's. Memory is limited by the host, but a kill ends gVisor's
    kernel, and the group that counted it goes with the box.
    """
    if runtime == "runc":
        return counters
    return replace(counters, network_attempts=None, oom_kills=None, peak_processes=None)


def seen_leftovers(runtime: Runtime, leftovers: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """The same for processes: those of the host's control group are runsc's own."""
    return None if runtime == "runsc" else leftovers
