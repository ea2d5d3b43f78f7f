"""The decision on every distribution of a lock. One code path for the check, `explain` and `tree`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from packaging.utils import NormalizedName

from checker.model.decision import Decision
from checker.model.level import Level
from checker.model.lock import Pin
from checker.rules.lock.graph import Case, Graph, graph_of
from checker.rules.policy.decide import by_source, decide_closure
from checker.tools import Index


@dataclass(frozen=True)
class Decided:
    """Decisions by pin. `unsure` are pins that an unknown dependency might still cover, with the reason.

    `graph.source` tells whether the chains stand on the index's metadata or on the lock's own claim.
    """

    decisions: Mapping[Pin, Decision]
    unsure: Mapping[Pin, str]
    graph: Graph


def decide_lock(case: Case, level: Level, today: dt.date, index: Index | None) -> Decided:
    """Decide for every pin of a lock. A denial that rests on a gap in the graph is unsure, not denied."""
    graph = graph_of(case, index)
    decisions = decide_closure(case.policy, case.lock.pins, graph.roots, graph.edges, level, today)
    addresses = _addresses(case)
    decisions = {
        pin: by_source(case.policy, pin.name, addresses.get(pin.name), decision) or decision
        for pin, decision in decisions.items()
    }
    gap = _gap(graph)
    doubtful = {
        pin: gap
        for pin, decision in decisions.items()
        if gap and not decision.allowed and decision.rule != "banned" and pin.name not in graph.roots
    }
    return Decided({pin: d for pin, d in decisions.items() if pin not in doubtful}, doubtful, graph)


def _addresses(case: Case) -> dict[NormalizedName, str]:
    """Names that come from an address instead of the index, by the lock or else by the declaration."""
    declared = {p.name: p.requirement.url for p in case.skill.packages if p.requirement.url is not None}
    locked = {d.name: d.direct_source for d in case.lock.distributions if d.direct_source is not None}
    return declared | locked


def _gap(graph: Graph) -> str:
    """Why chains may be missing; empty when every distribution's requirements are known."""
    if not graph.unknown:
        return ""
    name = min(graph.unknown)
    more = f" (and {len(graph.unknown) - 1} more)" if len(graph.unknown) > 1 else ""
    return f"what {name} requires is not known: {graph.unknown[name]}{more}"
