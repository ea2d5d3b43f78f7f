"""A package decision at 10,000 registry entries. The floor: a plain dict look-up in the same run."""

from __future__ import annotations

import datetime as dt
import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager

from packaging.utils import canonicalize_name
from packaging.version import Version

from benchmarks.generate import POLICY, registry
from benchmarks.measure import Row, Sample, in_turn, table, timed
from checker.load.policy import load_policy
from checker.model.level import Level
from checker.rules.policy.decide import decide
from tests.support.trees import MemoryTree

ENTRIES = 10_000
CALLS = 2_000
RUNS = 25
LOADS = 5


def rows(*, tiny: bool = False) -> list[Row]:
    """The decision, its floor, and what loading and validating the registry costs once a run."""
    entries, runs = (100, 1) if tiny else (ENTRIES, RUNS)
    tree = MemoryTree(
        {"policies/maturity.yaml": POLICY.encode(), "policies/packages.yaml": registry(entries).encode()}
    )
    loaded = Sample(tuple(_seconds_to_load(tree) for _ in range(LOADS)))
    policy = load_policy(tree)
    names = [canonicalize_name(f"package-{n * 7919 % entries:05d}") for n in range(CALLS)]
    version, today = Version("2.1"), dt.date(2026, 11, 1)

    def decisions() -> None:
        for name in names:
            decide(policy, name, version, Level.INTERN, today)

    def lookups() -> None:
        for name in names:
            policy.entries.get(name)

    with _collector_paused():
        found = in_turn({"decision": decisions, "look-up": lookups}, runs)
    each = {name: Sample(tuple(wall / CALLS for wall in sample.wall)) for name, sample in found.items()}
    ratio = each["decision"].median / each["look-up"].median
    return [
        timed(f"a package decision, registry of {entries:,} entries", each["decision"], 20e-6),
        timed("· its floor: a look-up in a plain dict", each["look-up"]),
        Row("· ratio", f"{ratio:.0f} x"),
        timed(f"a registry of {entries:,} entries, loaded and validated", loaded, 3.0),
    ]


@contextmanager
def _collector_paused() -> Iterator[None]:
    """As `timeit` does: what is measured makes no garbage that needs looking for."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _seconds_to_load(tree: MemoryTree) -> float:
    began = time.perf_counter()
    load_policy(tree)
    return time.perf_counter() - began


if __name__ == "__main__":
    print(table(rows()))
