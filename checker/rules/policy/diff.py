"""Two policies → what differs, and which skills that touches. Pure.

Where a value stands and in which file does not count, only what it says: moving an entry changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from packaging.utils import NormalizedName

from checker.model.base import Location
from checker.model.level import Level
from checker.model.policy import Policy, RegistryEntry, Waiver
from checker.model.skill import Skill
from checker.rules.globs import matches

_NOWHERE = Location(file="")
#: Keys that touch only some skills (the rest of a policy touches all) or say nothing about any.
NARROW = frozenset({"file", "entries", "waivers", "levels"})
_Placed = TypeVar("_Placed", RegistryEntry, Waiver)


@dataclass(frozen=True)
class PolicyDiff:
    """What differs. `keys` are changed top-level keys that hold for every skill, sorted."""

    entries: frozenset[NormalizedName]
    waivers: frozenset[Waiver]
    levels: frozenset[Level]
    keys: tuple[str, ...]
    default_maturity: Level

    @property
    def everything_changed(self) -> bool:
        """Whether every skill is touched."""
        return bool(self.keys)

    @property
    def asks_what_is_brought(self) -> bool:
        """Whether a skill's packages or its level tell if it is touched; its name does, otherwise."""
        return not self.keys and bool(self.entries or self.levels)

    def __bool__(self) -> bool:
        """Whether any skill can be touched."""
        return bool(self.keys or self.entries or self.levels or self.waivers)


def diff(before: Policy, after: Policy) -> PolicyDiff:
    """Compare two policies. `diff(x, x)` touches nothing."""
    return PolicyDiff(
        entries=changed_entries(before, after),
        waivers=_placeless(before.waivers) ^ _placeless(after.waivers),
        levels=frozenset(level for level in Level if before.levels.get(level) != after.levels.get(level)),
        keys=tuple(
            sorted(key for key in Policy.model_fields.keys() - NARROW if _differs(key, before, after))
        ),
        default_maturity=after.default_maturity,
    )


def changed_entries(before: Policy, after: Policy) -> frozenset[NormalizedName]:
    """Names whose registry entries differ, appeared or went away."""
    names = before.entries.keys() | after.entries.keys()
    return frozenset(n for n in names if _of(before, n) != _of(after, n))


class Brought(NamedTuple):
    """What of a skill a policy change can meet. `unreadable`: it may bring packages nobody can name."""

    skill: str
    names: frozenset[NormalizedName]
    maturity: Level | None
    unreadable: bool

    @classmethod
    def by(cls, skill: Skill) -> Brought:
        """The names it declares or locks, and its level."""
        locked = (entry.name for lock in skill.locks.values() for entry in lock.distributions)
        names = frozenset(locked) | frozenset(package.name for package in skill.packages)
        return cls(skill.id, names, skill.maturity, bool(skill.lock_problems or skill.unusable))


def touched(skill: Skill, change: PolicyDiff) -> str | None:
    """Why `change` can alter what is said of `skill`, or None."""
    return touched_by(change, Brought.by(skill))


def touched_by(change: PolicyDiff, brought: Brought) -> str | None:
    """Why `change` can alter what is said of a skill, or None.

    A skill with a lock that cannot be read is touched by every registry change: its packages are not known.
    """
    if change.everything_changed:
        return f"policy changed: {', '.join(change.keys)}"
    if names := sorted(brought.names & change.entries):
        return f"registry entry changed: {', '.join(names)}"
    if change.entries and brought.unreadable:
        return "registry changed, and which packages the skill brings cannot be read"
    if waiver := min((w.subject for w in change.waivers if matches(w.skill, brought.skill)), default=None):
        return f"waiver changed: {waiver}"
    level = brought.maturity or change.default_maturity
    return f"level settings changed: {level}" if level in change.levels else None


def _of(policy: Policy, name: NormalizedName) -> frozenset[RegistryEntry]:
    return _placeless(policy.entries.get(name, ()))


def _differs(key: str, before: Policy, after: Policy) -> bool:
    return bool(_value(key, before) != _value(key, after))


def _value(key: str, policy: Policy) -> object:
    """The value of a key as it counts: the order of grants does, their lines do not."""
    if key == "grants" and policy.grants is not None:
        return [(grant.skills, grant.levels) for grant in policy.grants]
    return getattr(policy, key)


def _placeless(values: Iterable[_Placed]) -> frozenset[_Placed]:
    return frozenset(value.model_copy(update={"location": _NOWHERE}) for value in values)
