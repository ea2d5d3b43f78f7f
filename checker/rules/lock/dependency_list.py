"""The dependency tree of a decided lock as a list, bounded so that it fits into a verdict. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from packaging.utils import NormalizedName

from checker.model.dependency import MOST_DEPENDENCIES, MOST_REQUIRED, Dependency
from checker.model.lock import Pin
from checker.rules.lock.decisions import Decided


def dependency_list(decided: Decided, pins: Iterable[Pin]) -> tuple[Dependency, ...]:
    """Each pin with the pins it requires: the declared first, then by name."""
    by_name = {pin.name: pin for pin in sorted(pins)}
    roots = frozenset(decided.graph.roots)
    order = sorted(by_name.values(), key=lambda pin: (pin.name not in roots, pin))
    return tuple(_dependency(decided, pin, by_name, pin.name in roots) for pin in order[:MOST_DEPENDENCIES])


def _dependency(
    decided: Decided, pin: Pin, by_name: Mapping[NormalizedName, Pin], declared: bool
) -> Dependency:
    decision = decided.decisions.get(pin)
    below = sorted({name for name in decided.graph.edges.get(pin.name, ()) if name in by_name})
    requires = tuple(str(by_name[name]) for name in below[:MOST_REQUIRED])
    allowed, why = (decision.allowed, decision.rule) if decision else (None, "")
    return _shared(str(pin), requires, declared, allowed, why)


@lru_cache(maxsize=32_768)
def _shared(
    pin: str, requires: tuple[str, ...], declared: bool, allowed: bool | None, why: str
) -> Dependency:
    """Skills lock much the same: ten thousand hold half a million values, few of them different."""
    return Dependency(pin=pin, requires=requires, declared=declared, allowed=allowed, why=why)
