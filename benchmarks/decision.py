"""A package decision at 10,000 registry entries. Peer: a plain dict look-up in the same run."""

from __future__ import annotations

import datetime as dt
import statistics
import timeit
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import Version

from benchmarks.generate import POLICY, registry
from checker.load.policy import load_policy
from checker.model.level import Level
from checker.rules.decide import decide
from tests.support.trees import MemoryTree

ENTRIES = 10_000
CALLS = 2_000


def measure() -> dict[str, Any]:
    """Median seconds of one decision and of one dict look-up, and of loading the registry."""
    tree = MemoryTree(
        {"policies/maturity.yaml": POLICY.encode(), "policies/packages.yaml": registry(ENTRIES).encode()}
    )
    start = timeit.default_timer()
    policy = load_policy(tree)
    loaded = timeit.default_timer() - start
    names = [canonicalize_name(f"package-{n * 7919 % ENTRIES:05d}") for n in range(CALLS)]
    version, today = Version("2.1"), dt.date(2026, 11, 1)

    def decisions() -> None:
        for name in names:
            decide(policy, name, version, Level.INTERN, today)

    def lookups() -> None:
        for name in names:
            policy.entries.get(name)

    return {
        "load_seconds": loaded,
        "decision_us": _median(decisions) / CALLS * 1e6,
        "lookup_us": _median(lookups) / CALLS * 1e6,
    }


def _median(function: Any) -> float:
    return statistics.median(timeit.repeat(function, number=1, repeat=7))


if __name__ == "__main__":
    figures = measure()
    print(f"registry of {ENTRIES} entries loads and validates in {figures['load_seconds']:.2f} s")
    print(f"a decision: {figures['decision_us']:.1f} µs (a dict look-up: {figures['lookup_us']:.2f} µs)")
