"""From what was seen of a phase to its evidence. Pure.

What the kernel counted decides about limits; a runner's report decides about success, together with the exit
code. A report that is missing, or that cannot be read, is a failure and never a pass.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from checker.engines.sandbox.box.execution import Ended
from checker.engines.sandbox.box.observe import Counters
from checker.engines.sandbox.box.sink import Seen
from checker.errors import Unanswered
from checker.escape import decode, shortened, visible
from checker.model.evidence import PhaseEvidence, ReportedEvent
from checker.model.policy import Limits
from checker.tools import Phase

#: Bytes of output kept as evidence: the beginning and, mostly, the end.
_KEPT_HEAD, _KEPT_TAIL = 16_384, 49_152
_MAX_FAILURES, _MAX_LINE = 50, 300
#: How the engine says that argv could not be started at all.
_NOT_STARTED = (b"OCI runtime exec failed", b"exec failed")


@dataclass(frozen=True)
class Told:
    """What is known of a phase beyond its end and the counters."""

    canaries: tuple[str, ...] = ()
    seen: Seen | None = None
    reported: tuple[ReportedEvent, ...] = ()


_NOTHING_TOLD = Told()


@dataclass(frozen=True)
class _Verdict:
    status: str
    reason: str
    failures: tuple[str, ...] = ()
    collected: int | None = None


def evidence(
    phase: Phase,
    ended: Ended,
    before: Counters,
    after: Counters,
    leftovers: tuple[str, ...] | None,
    limits: Limits,
    told: Told = _NOTHING_TOLD,
) -> PhaseEvidence:
    """Evidence of one phase that was started. `told` is what canaries, sink and audit hook add."""
    exceeded = _exceeded(ended, before, after)
    used = _difference(before.cpu_seconds, after.cpu_seconds)
    verdict = _over(exceeded, limits, used) if exceeded else _judge(phase, ended)
    said = bytes(ended.stderr if phase.reports else ended.output)
    output, truncated = _kept(said)
    return PhaseEvidence.model_validate(
        {
            "phase": phase.name,
            "status": verdict.status,
            "reason": verdict.reason,
            "exit_code": ended.exit_code,
            "wall_seconds": round(ended.wall_seconds, 3),
            "cpu_seconds": used,
            "peak_memory_bytes": after.peak_memory_bytes,
            "peak_processes": after.peak_processes,
            "oom_kills": _difference(before.oom_kills, after.oom_kills),
            "network_attempts": _attempts(before, after, told.seen),
            "canaries": told.canaries,
            "network": told.seen.records if told.seen else None,
            "network_unrecorded": told.seen.unrecorded if told.seen else 0,
            "reported": told.reported,
            "leftovers": leftovers,
            "limit_exceeded": exceeded,
            "output": output,
            "output_truncated": truncated or ended.cut == "output",
            "failures": verdict.failures,
            "tests_collected": verdict.collected,
        }
    )


def not_run(phase: Phase, error: Unanswered) -> PhaseEvidence:
    """Evidence of a phase that is not answered for a reason that is not the skill's."""
    return PhaseEvidence(phase=phase.name, status="broken", reason=str(error))


def as_far_as_answered(
    phases: Sequence[Phase], run: Callable[[Phase], PhaseEvidence]
) -> tuple[PhaseEvidence, ...]:
    """Evidence of each phase: from the first that `run` cannot answer on, `broken`; what was seen stands.

    Raises Unanswered when that is the very first: then nothing was seen.
    """
    seen: list[PhaseEvidence] = []
    for phase in phases:
        try:
            seen.append(run(phase))
        except Unanswered as error:
            if not seen:
                raise
            later = Unanswered("sandbox", f"not run, because the phase `{phase.name}` was not answered")
            others = phases[len(seen) + 1 :]
            return (*seen, not_run(phase, error), *(not_run(other, later) for other in others))
    return tuple(seen)


def _attempts(before: Counters, after: Counters, seen: Seen | None) -> float | None:
    """Where a sink answers everything has a route, so the kernel counts nothing and the sink does."""
    return seen.attempts if seen else _difference(before.network_attempts, after.network_attempts)


def _exceeded(ended: Ended, before: Counters, after: Counters) -> str:
    """The limit that was hit first in the chain of causes: what lacks memory or pids often hangs, too."""
    if _difference(before.oom_kills, after.oom_kills):
        return "memory"
    if _difference(before.pids_denied, after.pids_denied):
        return "pids"
    return ended.cut


def _over(exceeded: str, limits: Limits, cpu: float | None) -> _Verdict:
    words = {
        "memory": f"used more than {limits.memory_mb} MB of memory: the kernel killed a process",
        "pids": f"started more than {limits.pids} processes or threads",
        "output": f"printed more than {limits.output_kb} kB",
        "wall": f"took longer than {limits.wall_seconds:g} s{_worked(limits.wall_seconds, cpu)}",
    }
    return _Verdict("failed", words[exceeded])


def _worked(wall: float, cpu: float | None) -> str:
    """What the kernel counted, since the skill is not to blame for a machine that had no time for it.

    One that waits and one that is kept waiting look alike, so either is said and neither excuses.
    """
    if cpu is None:
        return ""
    idle = ": it waited, or the machine was busy" if cpu < wall / 2 else ""
    return f" and used {cpu:.1f} s of CPU{idle}"


def _judge(phase: Phase, ended: Ended) -> _Verdict:
    if not phase.reports:
        return _Verdict("passed" if ended.exit_code == 0 else "failed", f"exit code {ended.exit_code}")
    report = _report(bytes(ended.stdout))
    if report is None:
        return _without_report(ended)
    summary, failures, broken = report
    if broken:
        return _Verdict("broken", broken)
    collected = _collected(bytes(ended.stdout))
    if failures or ended.exit_code != 0:
        return _Verdict("failed", summary or f"exit code {ended.exit_code}", failures, collected)
    return _Verdict("passed", summary, collected=collected)


def _without_report(ended: Ended) -> _Verdict:
    if ended.exit_code in (126, 127) and any(mark in ended.output for mark in _NOT_STARTED):
        return _Verdict("broken", f"the engine could not start it: {_line(decode(bytes(ended.output)))}")
    return _Verdict("failed", f"ended without a report: exit code {ended.exit_code}")


def _report(stdout: bytes) -> tuple[str, tuple[str, ...], str] | None:
    try:
        report = json.loads(stdout)
        summary, failures, broken = report["summary"], report["failures"], report["broken"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if not (isinstance(summary, str) and isinstance(failures, list) and isinstance(broken, str)):
        return None
    lines = [_line(str(failure)) for failure in failures[:_MAX_FAILURES]]
    if len(failures) > _MAX_FAILURES:
        lines.append(f"and {len(failures) - _MAX_FAILURES} more")
    return _line(summary), tuple(lines), _line(broken)


def _collected(stdout: bytes) -> int | None:
    """The number of tests that a report, known to be one, says were collected."""
    count = json.loads(stdout).get("collected")
    return count if type(count) is int and 0 <= count < 1 << 31 else None


def _line(text: str) -> str:
    return shortened(visible(text), _MAX_LINE)


def _kept(output: bytes) -> tuple[str, bool]:
    if len(output) <= _KEPT_HEAD + _KEPT_TAIL:
        return decode(output), False
    left_out = len(output) - _KEPT_HEAD - _KEPT_TAIL
    return f"{decode(output[:_KEPT_HEAD])}\n… {left_out} bytes …\n{decode(output[-_KEPT_TAIL:])}", True


def _difference(before: float | None, after: float | None) -> float | None:
    """How far a counter rose; None where that was not observed. One that fell was not read as a whole."""
    return None if before is None or after is None or after < before else round(after - before, 6)
