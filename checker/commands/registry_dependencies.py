"""What comes with a package, by the locks of the repository's skills."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from checker.commands.policy import skills_of
from checker.errors import UsageError
from checker.load.policy import load_policy
from checker.load.schema import PackageRow
from checker.model.level import Level
from checker.model.lock import Lock, Pin
from checker.rules.lock.closure import chains
from checker.rules.policy.decide import decide
from checker.tools import Tree


def dependencies(
    tree: Tree, row: PackageRow, level: Level | None, today: dt.date
) -> Iterator[tuple[Pin, str]]:
    """Every locked distribution that `row` brings in and that is not allowed yet, with a reason to write.

    `tree` holds the policy with the approval of `row`. Raises UsageError where no lock tells, or where
    something it brings in is banned.
    """
    policy = load_policy(tree)
    locks = [lock for skill in skills_of(tree, policy) for lock in skill.locks.values() if _holds(lock, row)]
    if not locks:
        text = f"no lock of a skill holds {row.name} at such a version"
        raise UsageError(f"{text}: --with-dependencies reads what locks say; run `proctor lock` first")
    found = {pin: chain for lock in locks for pin, chain in _brought(lock, row)}
    for pin, chain in sorted(found.items()):
        decision = decide(policy, pin.name, pin.version, level or Level.AUTONOMOUS, today)
        if decision.rule == "banned":
            raise UsageError(f"{row.name} brings in {pin}, and {decision.reason} ({decision.location})")
        if not decision.allowed:
            yield pin, f"comes with {' → '.join(chain[:-1])}: {row.reason}"


def _holds(lock: Lock, row: PackageRow) -> bool:
    return any(p.name == row.name and row.versions.contains(p.version, prereleases=True) for p in lock.pins)


def _brought(lock: Lock, row: PackageRow) -> Iterator[tuple[Pin, tuple[str, ...]]]:
    edges = {d.name: d.requires for d in lock.distributions if d.requires is not None}
    reached = chains([row.name], edges)
    for distribution in lock.distributions:
        if distribution.name not in reached:
            continue
        if distribution.requires is None:
            text = f"{lock.file} does not say what {distribution.name} requires"
            raise UsageError(f"{text}: lock the skill again with `proctor lock --upgrade`")
        if distribution.pin is not None and distribution.name != row.name:
            yield distribution.pin, reached[distribution.name]
