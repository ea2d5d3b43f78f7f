"""Which wheel of each locked distribution goes into an image. Pure.

The choice is for the lock's target (see `target_env`), never for the machine that asks.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass

from packaging.markers import InvalidMarker, Marker
from packaging.utils import NormalizedName

from checker.errors import UsageError
from checker.escape import visible
from checker.model.lock import Lock, LockedDistribution, LockedFile
from checker.model.policy import Target
from checker.rules.lock.target_env import best_wheel, environment, holds


@dataclass(frozen=True)
class WheelChoice:
    """The wheels to install, in the lock's order, and why others could not be chosen (sentences, escaped).

    `sources` are the archives to build where no wheel fits and the policy allows it.
    """

    wheels: tuple[LockedFile, ...]
    problems: tuple[str, ...] = ()
    sources: tuple[LockedFile, ...] = ()


def is_linux(target: Target) -> bool:
    """Tell whether a box can run what is locked for `target`."""
    try:
        return environment("3.11", target.platform)["sys_platform"] == "linux"
    except UsageError:
        return False


def choose(
    lock: Lock, python: str, platform: str, source_builds: Container[NormalizedName] = ()
) -> WheelChoice:
    """The best wheel of every distribution of `lock` that applies to CPython `python` (`X.Y`) on `platform`.

    `source_builds` are the names that may be built. Raises UsageError for a platform that is not known.
    """
    env = environment(python, platform)
    wheels: list[LockedFile] = []
    sources: list[LockedFile] = []
    problems: list[str] = []
    for distribution in lock.distributions:
        answer = _chosen(distribution, env, python, platform)
        if isinstance(answer, LockedFile):
            wheels.append(answer)
        elif answer and distribution.sdist and _may_be_built(distribution, source_builds):
            sources.append(distribution.sdist)
        elif answer:
            problems.append(f"{distribution.name}: {answer}")
    return WheelChoice(tuple(wheels), tuple(problems), tuple(sources))


def _may_be_built(distribution: LockedDistribution, allowed: Container[NormalizedName]) -> bool:
    return distribution.name in allowed and distribution.direct_source is None


def _chosen(
    distribution: LockedDistribution, env: Mapping[str, str], python: str, platform: str
) -> LockedFile | str:
    """The wheel, or why there is none; "" where the distribution is not for this target."""
    try:
        marker = Marker(distribution.marker) if distribution.marker is not None else None
    except InvalidMarker as error:
        return f"its marker cannot be read: {visible(str(error))}"
    if not holds(marker, env):
        return ""
    if distribution.direct_source is not None:
        return "it does not come from an index; only wheels of an index are put in an image"
    by_name = {file.filename: file for file in distribution.wheels}
    best = best_wheel(by_name, python, platform)
    if best is not None:
        return by_name[best]
    source = " (it is built from source only where `source_builds` names it)" if distribution.sdist else ""
    return f"no wheel of it fits {platform}, Python {python}{source}"
