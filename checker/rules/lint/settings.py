"""What is odd about `policies/maturity.yaml`: what nothing uses, settings that exclude each other. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from checker.model.base import Location
from checker.model.level import Level
from checker.model.policy import PackageStatus, Policy
from checker.model.remark import Remark
from checker.model.skill import Skill


def lint_settings(
    policy: Policy, skills: Sequence[Skill], places: Mapping[str, Location]
) -> Iterator[Remark]:
    """Sources that no skill uses, a default level that rules out the registry, a sink that would see nothing.

    `places` is by key.
    """
    names = {package.name for skill in skills for package in skill.packages}
    names |= {d.name for skill in skills for lock in skill.locks.values() for d in lock.distributions}
    for name in policy.source_builds:
        if skills and name not in names:
            yield _note(
                places, "source_builds", "unused", f"source_builds: no skill declares or locks {name}"
            )
    addresses = {package.requirement.url for skill in skills for package in skill.packages}
    for address in policy.direct_sources:
        if skills and address not in addresses:
            yield _note(places, "direct_sources", "unused", f"direct_sources: no skill declares {address}")
    approved = (e for entries in policy.entries.values() for e in entries)
    if policy.default_maturity is Level.STUDENT and any(e.status is PackageStatus.APPROVED for e in approved):
        text = "default_maturity is student: a skill without `maturity` may use none of the approved packages"
        yield _note(places, "default_maturity", "default-level", text)
    yield from _blind(policy, places)


def _blind(policy: Policy, places: Mapping[str, Location]) -> Iterator[Remark]:
    """The network of gVisor is its own: no skill is run of a level that wants it watched."""
    levels = [level for level, settings in policy.levels.items() if settings.limits.observe == "network"]
    if policy.sandbox.enabled and policy.sandbox.runtime == "runsc" and levels:
        text = (
            "sandbox.runtime: runsc shows no network, so skills of a level with `observe: network` are broken"
        )
        place = _place(places, "sandbox", "levels")
        message = f"{text} ({', '.join(sorted(levels))})"
        yield Remark(kind="error", code="contradiction", message=message, location=place)


def _note(places: Mapping[str, Location], key: str, code: str, text: str) -> Remark:
    return Remark(kind="note", code=code, message=text, location=_place(places, key))


def _place(places: Mapping[str, Location], *keys: str) -> Location:
    """Of the first of `keys` that is set. What the preset sets stands in no file of the repository.

    Then the key that chose the preset is shown.
    """
    found = (places[key] for key in (*keys, "extends") if key in places)
    return next(found, Location(file="policies/maturity.yaml", line=1))
