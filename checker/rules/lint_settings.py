"""What is odd about the lists of `policies/maturity.yaml`: entries that nothing uses. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checker.model.base import Location
from checker.model.level import Level
from checker.model.policy import PackageStatus, Policy
from checker.model.remark import Remark
from checker.model.skill import Skill


def lint_settings(policy: Policy, skills: Sequence[Skill]) -> Iterator[Remark]:
    """Source builds and direct sources that no skill uses, and a default level that rules out the registry."""
    names = {package.name for skill in skills for package in skill.packages}
    names |= {d.name for skill in skills for lock in skill.locks.values() for d in lock.distributions}
    for name in policy.source_builds:
        if skills and name not in names:
            yield _note(policy, "unused", f"source_builds: no skill declares or locks {name}")
    addresses = {package.requirement.url for skill in skills for package in skill.packages}
    for address in policy.direct_sources:
        if skills and address not in addresses:
            yield _note(policy, "unused", f"direct_sources: no skill declares {address}")
    approved = (e for entries in policy.entries.values() for e in entries)
    if policy.default_maturity is Level.STUDENT and any(e.status is PackageStatus.APPROVED for e in approved):
        text = "default_maturity is student: a skill without `maturity` may use none of the approved packages"
        yield _note(policy, "default-level", text)


def _note(policy: Policy, code: str, text: str) -> Remark:
    return Remark(kind="note", code=code, message=text, location=Location(file=policy.file))
