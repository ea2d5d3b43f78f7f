"""Answers to "why?": a package's decision with its places, and the dependency tree of a skill."""

from __future__ import annotations

from typing import NamedTuple

from checker.model.base import Location
from checker.model.decision import Decision
from checker.model.severity import Severity


class Explanation(NamedTuple):
    """One package of a skill. `decision` is None where it cannot be decided; `gap` then says why."""

    package: str
    decision: Decision | None
    declared_at: Location | None
    locked_at: Location | None
    gap: str = ""


class Node(NamedTuple):
    """One locked distribution in the tree. `advisories` are (id, severity); None = nobody was asked.

    `seen` marks a distribution whose own dependencies stand at its first place in the tree.
    """

    package: str
    decision: Decision | None
    advisories: tuple[tuple[str, Severity], ...] | None
    children: tuple[Node, ...] = ()
    seen: bool = False


class Dependencies(NamedTuple):
    """The whole tree of one skill: a root for each declared package, and what no declaration reaches.

    `doubtful` tells that it may be reached: what something in the tree requires is not known.
    """

    skill: str
    level: str
    roots: tuple[Node, ...]
    unreachable: tuple[Node, ...]
    notes: tuple[str, ...] = ()
    doubtful: bool = False
