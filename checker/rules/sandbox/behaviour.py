"""The rules over what the sandbox saw a skill do, and how much each weighs at a level. Pure.

What a skill's own Python reports can be kept quiet by a skill that wants to, and is therefore never a proof
of innocence; what it admits is taken at its word.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Literal, NamedTuple

from checker.escape import shortened
from checker.model.evidence import NetworkRecord, PhaseEvidence, ReportedEvent
from checker.model.policy import BehaviourRule, LevelSettings
from checker.model.severity import Severity

NETWORK_RULE = "network-attempt"
#: What a rule comes to where the level says nothing of it.
DEFAULTS: Mapping[BehaviourRule, Literal["fail", "warn"]] = MappingProxyType(
    {
        "canary-touched": "fail",
        "escape-attempt": "fail",
        "orphan-process": "warn",
        "output-flood": "fail",
        "resource-limit": "fail",
        "wrote-outside": "warn",
    }
)
#: Every rule of these: the findings of the `sandbox` check that a waiver names by them.
RULES: tuple[str, ...] = tuple(sorted((*DEFAULTS, NETWORK_RULE)))
_SHOWN, _LONG = 5, 60


class Behaviour(NamedTuple):
    """Something a skill did in a phase: the rule, what it comes to, and the words for it (safe to print)."""

    rule: str
    severity: Severity
    message: str


def setting(settings: LevelSettings, rule: BehaviourRule) -> Literal["fail", "warn"]:
    """What `rule` comes to at a level."""
    return settings.behaviour.get(rule, DEFAULTS[rule])


def behaviours(phase: PhaseEvidence, settings: LevelSettings) -> Iterator[Behaviour]:
    """Everything a phase's evidence shows. A phase that a limit cut off says what else it did, too."""
    if phase.limit_exceeded:
        rule: BehaviourRule = "output-flood" if phase.limit_exceeded == "output" else "resource-limit"
        yield _weighed(rule, settings, phase.reason)
    if phase.network_attempts:
        severity = Severity.WARNING if settings.network_attempts == "warn" else Severity.ERROR
        yield Behaviour(NETWORK_RULE, severity, _network(phase))
    yield from _canaries(phase, settings)
    if found := _reported(phase, "escape"):
        yield _weighed("escape-attempt", settings, f"reached for what is outside of the box: {_said(found)}")
    if found := _reported(phase, "write"):
        yield _weighed("wrote-outside", settings, f"tried to write outside of /tmp: {_said(found)}")
    if phase.leftovers:
        kinds = dict.fromkeys(phase.leftovers)
        running = ", ".join(f"`{shortened(command, _LONG)}`" for command in list(kinds)[:_SHOWN])
        yield _weighed("orphan-process", settings, f"left {len(phase.leftovers)} running: {running}")


def _weighed(rule: BehaviourRule, settings: LevelSettings, message: str) -> Behaviour:
    severity = Severity.ERROR if setting(settings, rule) == "fail" else Severity.WARNING
    return Behaviour(rule, severity, message)


def _canaries(phase: PhaseEvidence, settings: LevelSettings) -> Iterator[Behaviour]:
    """A planted secret that came out. Opening its file alone may be a library's habit, and only warns."""
    if phase.canaries:
        yield _weighed("canary-touched", settings, "gave away " + ", ".join(phase.canaries[:_SHOWN]))
    elif found := _reported(phase, "canary"):
        yield Behaviour("canary-touched", Severity.WARNING, f"opened a planted secret: {_said(found)}")


def _network(phase: PhaseEvidence) -> str:
    times = "once" if phase.network_attempts == 1 else f"{phase.network_attempts} times"
    message = f"tried {times} to reach a network"
    if phase.network:
        return f"{message}: {_listed([destination(record) for record in phase.network])}"
    found = _reported(phase, "network")
    return f"{message}: {_said(found)}" if found else message


def destination(record: NetworkRecord) -> str:
    """Words for one thing the sink saw."""
    place = f"{record.address}:{record.port}" if record.port else record.address
    named = record.name or place
    words = {
        "dns": f"asked for the name `{record.name}`",
        "tls": f"TLS for `{named}`, port {record.port}",
        "http": f"HTTP `{record.detail}` to `{named}`, port {record.port}",
    }
    host = f" ({record.name})" if record.name else ""
    return words.get(record.kind, f"{record.kind.upper()} to {place}{host}")


def reported(event: ReportedEvent) -> str:
    """Words for one thing the skill's Python said it did."""
    times = f", {event.count} times" if event.count > 1 else ""
    return f"{event.what} at {event.where}{times}" if event.where else event.what + times


def _reported(phase: PhaseEvidence, kind: str) -> list[ReportedEvent]:
    return [event for event in phase.reported if event.kind == kind]


def _said(events: Sequence[ReportedEvent]) -> str:
    return _listed([reported(event) for event in events]) + " (its own Python says)"


def _listed(words: Sequence[str]) -> str:
    more = f" and {len(words) - _SHOWN} more" if len(words) > _SHOWN else ""
    return "; ".join(words[:_SHOWN]) + more
