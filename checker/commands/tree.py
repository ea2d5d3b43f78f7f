"""`proctor tree`: the dependency tree of a lock, with the decision and the advisories on each node."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from packaging.utils import NormalizedName

from checker.errors import Unanswered, UsageError
from checker.escape import visible
from checker.model.advisory import Advisory
from checker.model.explanation import Dependencies, Node
from checker.model.lock import Pin
from checker.model.plan import Examinee
from checker.model.policy import Policy
from checker.model.severity import Severity
from checker.rules.commands import lock_command
from checker.rules.lock.decisions import Decided, decide_lock
from checker.rules.lock.findings import first_few
from checker.rules.lock.graph import Case
from checker.rules.osv.aliases import merge
from checker.tools import Index, Scanner


def dependencies(
    examinee: Examinee, policy: Policy, today: dt.date, index: Index | None, scanners: Sequence[Scanner]
) -> Dependencies:
    """The tree of the skill's lock for the policy's first target. Raises UsageError without a lock."""
    skill, target = examinee.skill, policy.targets[0]
    lock = skill.locks.get(target.name)
    if lock is None:
        raise UsageError(f"{visible(skill.id)} has no readable lock: {lock_command(skill)}")
    decided = decide_lock(Case(skill, policy, target, lock), examinee.level, today, index)
    advisories, notes = _scanned(lock.pins, scanners)
    grower = _Grower({pin.name: pin for pin in lock.pins}, decided, advisories)
    roots = tuple(grower.grow(name) for name in decided.graph.roots if name in grower.pins)
    unknown = sorted(decided.graph.unknown.keys() & grower.grown)
    left = tuple(grower.grow(name) for name in sorted(grower.pins) if name not in grower.grown)
    if decided.graph.source == "lock":
        notes.append("The edges are those the lock claims: the package index was not asked.")
    if unknown:
        reasons = [f"{name}: {visible(decided.graph.unknown[name])}" for name in unknown]
        notes.append(f"Not every edge is known: {first_few(reasons)}")
    return Dependencies(skill.id, examinee.level, roots, left, tuple(notes), doubtful=bool(unknown))


def _scanned(
    pins: frozenset[Pin], scanners: Sequence[Scanner]
) -> tuple[Mapping[Pin, tuple[Advisory, ...]] | None, list[str]]:
    """Advisories by pin, all engines together; None and a note where nobody could be asked."""
    if not scanners:
        return None, ["No advisory engine was asked."]
    found: dict[Pin, tuple[Advisory, ...]] = {}
    notes: list[str] = []
    for scanner in scanners:
        try:
            report = scanner.scan(pins)
        except Unanswered as error:
            notes.append(f"Advisories may be missing: {error}")
            continue
        for pin, advisories in report.found.items():
            found[pin] = merge((*found.get(pin, ()), *advisories))
        notes += [f"No answer about {pin}: {reason}" for pin, reason in sorted(report.unanswered.items())]
    return found, notes


#: Real trees end long before; a lock that claims more is no tree to draw.
_DEEPEST = 100


@dataclass
class _Grower:
    """Grows each distribution's subtree once; later places refer to the first."""

    pins: Mapping[NormalizedName, Pin]
    decided: Decided
    advisories: Mapping[Pin, tuple[Advisory, ...]] | None
    grown: set[NormalizedName] = field(default_factory=set)

    def grow(self, name: NormalizedName, depth: int = 0) -> Node:
        """The node of a locked name. A cycle ends where it comes back. Raises UsageError."""
        if depth > _DEEPEST:
            raise UsageError(
                f"the tree is more than {_DEEPEST} levels deep; `proctor explain` shows each chain"
            )
        pin, first = self.pins[name], name not in self.grown
        self.grown.add(name)
        below = [child for child in self.decided.graph.edges.get(name, ()) if child in self.pins]
        children = tuple(self.grow(child, depth + 1) for child in below) if first else ()
        return Node(
            str(pin), self.decided.decisions.get(pin), self._about(pin), children, bool(below) and not first
        )

    def _about(self, pin: Pin) -> tuple[tuple[str, Severity], ...] | None:
        if self.advisories is None:
            return None
        return tuple((advisory.id, advisory.severity) for advisory in self.advisories.get(pin, ()))
