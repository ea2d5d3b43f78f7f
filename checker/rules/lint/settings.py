"""What is odd about the lists of `policies/maturity.yaml`: entries that nothing uses. Pure."""

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
    """Sources that no skill uses, and a default level that rules out the registry. `places` is by key."""
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


def _note(places: Mapping[str, Location], key: str, code: str, text: str) -> Remark:
    # What the preset sets stands in no file of the repository: then the key that chose the preset is shown.
    place = places.get(key) or places.get("extends") or Location(file="policies/maturity.yaml", line=1)
    return Remark(kind="note", code=code, message=text, location=place)
