"""Policies, registry entries, waivers and skills for tests. Every keyword replaces one field."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from checker.load.policy import load_policy
from checker.load.repository import load_repository
from checker.load.skill import load_skill
from checker.model.base import Location
from checker.model.level import Level
from checker.model.policy import PackageStatus, Policy, RegistryEntry, Waiver
from checker.model.skill import DeclaredPackage, Skill
from tests.support.trees import Content, MemoryTree

MATURITY = "policies/maturity.yaml"
PACKAGES = "policies/packages.yaml"
WAIVERS = "policies/waivers.yaml"
HEAD = "version: 1\n"


def default_policy(*entries: RegistryEntry, **fields: Any) -> Policy:
    """The preset `default` with these registry entries; `fields` replace the policy's own."""
    by_name: dict[Any, tuple[RegistryEntry, ...]] = {}
    for one in entries:
        by_name[one.name] = (*by_name.get(one.name, ()), one)
    return policy_from(HEAD).model_copy(update={"entries": by_name, **fields})


def policy_from(maturity: str, packages: str | None = None, waivers: str | None = None) -> Policy:
    """The policy that these files make."""
    files = {MATURITY: maturity, PACKAGES: packages, WAIVERS: waivers}
    return load_policy(MemoryTree({path: text for path, text in files.items() if text is not None}))


def entry(
    name: str, versions: str = "", status: str = "approved", level: str = "intern", **fields: Any
) -> RegistryEntry:
    """A registry entry, approved for intern agents unless told otherwise."""
    given: dict[str, Any] = {"reason": "useful", "location": Location(file=PACKAGES, line=3)} | fields
    return RegistryEntry(
        name=canonicalize_name(name),
        versions=SpecifierSet(versions),
        status=PackageStatus(status),
        min_maturity=Level(level),
        **given,
    )


def waiver(rule: str, subject: str, skill: str = "skills/*", **fields: Any) -> Waiver:
    """A waiver that holds until the end of 2026."""
    given: dict[str, Any] = {
        "reason": "not reachable",
        "owner": "@org/security",
        "expires": dt.date(2026, 12, 31),
        "location": Location(file=WAIVERS, line=3),
    }
    return Waiver(rule=rule, subject=subject, skill=skill, **(given | fields))


def skill(skill_id: str = "skills/tables", packages: Iterable[str] = (), **fields: Any) -> Skill:
    """A skill that declares `packages` in a skill.yaml, from line 3 on."""
    manifest = f"{skill_id}/skill.yaml"
    declared = tuple(
        DeclaredPackage(requirement=Requirement(text), location=Location(file=manifest, line=number))
        for number, text in enumerate(packages, 3)
    )
    given: dict[str, Any] = {"skill_md": f"{skill_id}/SKILL.md", "manifest": manifest, "packages": declared}
    return Skill(id=skill_id, **(given | fields))


def loaded_skill(
    files: Mapping[str, Content], skill_id: str = "skills/tables", policy: Policy | None = None
) -> Skill:
    """The skill that these files (relative to its folder) make, loaded as from a repository."""
    folder = "" if skill_id == "." else f"{skill_id}/"
    return skill_in(
        MemoryTree({f"{folder}{path}": content for path, content in files.items()}), skill_id, policy
    )


def skill_in(tree: MemoryTree, skill_id: str, policy: Policy | None = None) -> Skill:
    """One skill of a whole tree."""
    return load_skill(tree, load_repository(tree).folders[skill_id], policy or default_policy())
