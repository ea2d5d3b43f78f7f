"""`proctor init`: put a repository of skills under policy.

Everything is worked out on the tree as it is, and read back by Proctor's own loader, before anything is
written; what is there already is never changed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from packaging.utils import NormalizedName

from checker.commands.init import starters
from checker.commands.init.locks import Locks, make_locks
from checker.commands.init.manifests import Manifest, manifests, with_python
from checker.commands.init.starters import Kept
from checker.commands.init.texts import registry_entries, registry_text
from checker.errors import InputError, UsageError
from checker.escape import visible
from checker.load.overlay import Overlay
from checker.load.policy import load_policy
from checker.load.policy_files import MATURITY, PACKAGES
from checker.load.repository import load_repository
from checker.load.skill import load_skill
from checker.model.level import Level
from checker.model.policy import PackageStatus, Policy
from checker.model.skill import Skill
from checker.tools import Progress, Resolver, Tree

_MOST_USERS = 3


@dataclass(frozen=True)
class Initiation:
    """What `init` would write, and what it has to say.

    `files` are the new files in the order to write them, `kept` those that are there and what could be added
    to them, `manifests` what became of each skill's `skill.yaml`, `packages` the number each skill declares,
    `undecided` the declared packages that the registry neither approves nor bans.
    """

    files: Mapping[str, str]
    kept: tuple[Kept, ...]
    manifests: tuple[Manifest, ...]
    packages: Mapping[str, int]
    undecided: tuple[NormalizedName, ...]
    locks: Locks


def starting_policy(tree: Tree) -> Policy:
    """The repository's policy, else the one that would be written. Raises PolicyError where it is broken."""
    return load_policy(_with_policy(tree))


def init(
    tree: Tree,
    policy: Policy,
    make_resolver: Callable[[], Resolver] | None,
    now: dt.datetime,
    progress: Progress,
    *,
    level: Level | None = None,
) -> Initiation:
    """Work out everything; nothing is written. Without a resolver nothing is locked.

    Raises UsageError where there is no skill. A skill that cannot be handled stops no other.
    """
    repository = load_repository(tree)
    if not repository.folders:
        raise UsageError("no skill found: no folder here holds a SKILL.md")
    made = manifests(tree, repository, policy, level, progress)
    planned = Overlay(_with_policy(tree), _texts(made))
    skills = [load_skill(planned, folder, policy) for folder in load_repository(planned).folders.values()]
    uses = _uses(skills, made)
    registry, kept = _registry(planned, policy, uses)
    free = {manifest.skill for manifest in made if manifest.text}
    locks = make_locks(planned, policy, skills, make_resolver, now, progress, free=free)
    made = tuple(with_python(manifest, level, locks.pythons.get(manifest.skill)) for manifest in made)
    others, left = starters.files(tree)
    policies = {MATURITY: starters.text(MATURITY)} if MATURITY not in tree.entries() else {}
    return Initiation(
        files={**_texts(made), **locks.texts, **policies, **registry, **others},
        kept=(*kept, *left),
        manifests=made,
        packages={skill.id: len(skill.packages) for skill in skills},
        undecided=tuple(name for name in sorted(uses) if not _decided(policy, name)),
        locks=locks,
    )


def _texts(made: Sequence[Manifest]) -> dict[str, str]:
    return {manifest.path: manifest.text for manifest in made if manifest.text}


def _with_policy(tree: Tree) -> Tree:
    return tree if MATURITY in tree.entries() else Overlay(tree, {MATURITY: starters.text(MATURITY)})


def _registry(
    tree: Tree, policy: Policy, uses: Mapping[NormalizedName, str]
) -> tuple[dict[str, str], list[Kept]]:
    """The registry to write, or what the one that is there lacks."""
    missing = {name: reason for name, reason in uses.items() if name not in policy.entries}
    if PACKAGES in tree.entries():
        why = f"{len(missing)} packages that skills use have no entry in it" if missing else ""
        return {}, [Kept(PACKAGES, why, registry_entries(missing))]
    text = registry_text(missing)
    read = load_policy(Overlay(tree, {PACKAGES: text})).entries
    if {name: entries[0].reason for name, entries in read.items()} != missing:
        raise InputError("the proposed registry does not read back as it was meant", PACKAGES)
    return {PACKAGES: text}, []


def _decided(policy: Policy, name: NormalizedName) -> bool:
    return any(entry.status is not PackageStatus.PENDING for entry in policy.entries.get(name, ()))


def _uses(skills: Sequence[Skill], made: Sequence[Manifest]) -> dict[NormalizedName, str]:
    """For each directly declared distribution: which skills use it, where and why."""
    found: dict[NormalizedName, list[str]] = {}
    known = {(m.skill, name): text for m in made for name, text in m.uses.items()}
    for skill in skills:
        for package in skill.packages:
            text = known.get((skill.id, package.name)) or f"{visible(str(package.location))} declares it"
            found.setdefault(package.name, []).append(text)
    return {name: _users(list(dict.fromkeys(users))) for name, users in found.items()}


def _users(users: list[str]) -> str:
    more = len(users) - _MOST_USERS
    return "; ".join(users[:_MOST_USERS]) + (f"; and {more} more skills" if more > 0 else "")
