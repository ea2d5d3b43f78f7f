"""What a skill without `skill.yaml` declares: the union of every other form of declaration."""

from __future__ import annotations

from collections.abc import Iterator

from packaging.requirements import InvalidRequirement, Requirement

from checker.model.discovery import Declaration, Discovery, Form
from checker.model.policy import Policy
from checker.model.skill import DeclaredPackage


def union(found: Discovery, policy: Policy) -> tuple[DeclaredPackage, ...]:
    """Each requirement once, at the first place that a machine reads, else at the first line of prose.

    Extras, dependency groups and tools with an environment of their own (`uvx`) are in it: somebody installs
    them. Constraints are not: they ask for nothing. An address is one only where the policy names it.
    """
    packages: dict[str, DeclaredPackage] = {}
    for one in sorted(found.declarations, key=lambda declaration: declaration.in_prose):
        if one.form is not Form.CONSTRAINTS:
            for requirement in _requirement(one, policy):
                package = DeclaredPackage(requirement=requirement, location=one.location)
                packages.setdefault(str(requirement), package)
    return tuple(packages.values())


def _requirement(one: Declaration, policy: Policy) -> Iterator[Requirement]:
    if one.requirement is not None:
        yield one.requirement
        return
    try:
        named = Requirement(one.text)
    except InvalidRequirement:
        return
    if named.url is not None and named.url in policy.direct_sources:
        yield named
