"""Newer versions of an affected distribution: which are looked at, and which are clear of the flaw."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from packaging.version import Version

from checker.errors import Unanswered
from checker.model.lock import Pin
from checker.rules.lock.graph import Case
from checker.rules.lock.releases import Shelf

#: Newer versions of one distribution that the engines are asked about: the nearest, and the newest.
NEAREST, NEWEST = 20, 10


@dataclass(frozen=True)
class Newer:
    """Newer versions of an affected distribution: those looked at, rising, and how many were left out."""

    versions: tuple[Version, ...]
    left_out: int = 0
    problem: str = ""


def newer(case: Case, shelf: Shelf, pin: Pin, fixes: Collection[Version]) -> Newer:
    """The versions that may be clear of an advisory: served, above the pin, from the first known fix on."""
    try:
        served = shelf.releases(case, pin.name)
    except Unanswered as error:
        return Newer((), problem=error.reason)
    lowest = min(fixes, default=None)
    found = [v for v in served if v > pin.version and (lowest is None or v >= lowest)]
    looked_at = dict.fromkeys([*found[:NEAREST], *found[-NEWEST:]])
    return Newer(tuple(looked_at), len(found) - len(looked_at))


def cleared(
    newer_versions: Newer, affected: Mapping[Version, bool | None]
) -> tuple[tuple[Version, ...], str]:
    """The versions known to be clear, rising, and what keeps others from being known.

    `affected` tells for each version whether the advisory still affects it; None: no engine answered.
    """
    clear = tuple(v for v in newer_versions.versions if affected.get(v) is False)
    silent = sum(affected.get(v) is None for v in newer_versions.versions)
    gaps = [newer_versions.problem] if newer_versions.problem else []
    if newer_versions.left_out and not clear:
        gaps.append(f"not searched further: {newer_versions.left_out} newer versions were not looked at")
    if silent:
        gaps.append(f"{silent} newer versions could not be asked about")
    return clear, "; ".join(gaps)
