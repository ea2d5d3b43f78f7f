"""Two policies → what the second one's settings relax, tighten or otherwise alter, in sentences. Pure.

Settings are compared by what they mean: a higher threshold relaxes, a lower limit tightens. What has no such
order (an index, a target, a base image) is altered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

from checker.model.level import Level
from checker.model.policy import LevelSettings, Policy
from checker.model.severity import Severity
from checker.rules.policy.diff import PolicyDiff
from checker.rules.sandbox.behaviour import DEFAULTS, setting

Direction = Literal["relaxes", "tightens", "alters"]


class Effect(NamedTuple):
    """One thing the change does. `sentence` holds text of the policy: escape it before showing."""

    direction: Direction
    sentence: str


def settings(before: Policy, after: Policy, change: PolicyDiff) -> Iterator[Effect]:
    """Every setting that differs: levels, grants, then the other keys. `change` is `diff(before, after)`."""
    for level in Level:
        yield from _level(level, before, after)
    yield from _grants(before, after)
    for key in change.keys:
        if key != "grants":
            yield from _key(key, before, after)


def _level(level: Level, before: Policy, after: Policy) -> Iterator[Effect]:
    old, new = before.levels.get(level), after.levels.get(level)
    if old is None or new is None or old == new:
        return
    for key in type(old).model_fields:
        if key == "limits":
            yield from _group(f"levels.{level}.limits", old.limits.model_dump(), new.limits.model_dump())
        elif key == "fix_within_days":
            yield from _days(f"levels.{level}.{key}", old.fix_within_days, new.fix_within_days)
        elif key == "behaviour":
            yield from _behaviour(f"levels.{level}.{key}", old, new)
        else:
            yield from _value(f"levels.{level}.{key}", key, getattr(old, key), getattr(new, key))


def _behaviour(path: str, old: LevelSettings, new: LevelSettings) -> Iterator[Effect]:
    for rule in DEFAULTS:
        before, after = setting(old, rule), setting(new, rule)
        if before != after:
            yield Effect("tightens" if after == "fail" else "relaxes", f"{path}.{rule}: {before} → {after}")


def _days(path: str, old: Mapping[Severity, int], new: Mapping[Severity, int]) -> Iterator[Effect]:
    """A severity without days fails at once."""
    for severity in (one for one in Severity if old.get(one, 0) != new.get(one, 0)):
        before, after = old.get(severity, 0), new.get(severity, 0)
        yield Effect("relaxes" if after > before else "tightens", f"{path}.{severity}: {before} → {after}")


def _grants(before: Policy, after: Policy) -> Iterator[Effect]:
    old, new = (None if p.grants is None else {(g.skills, v) for g in p.grants for v in g.levels}
                for p in (before, after))  # fmt: skip
    if old == new:
        return
    if old is None or new is None:
        text = "from now on a skill declares only what is granted" if old is None else "any level is granted"
        yield Effect("tightens" if old is None else "relaxes", f"grants: {text}")
        return
    for skills, level in sorted(new - old):
        yield Effect("relaxes", f"grants: {skills} may declare {level}")
    for skills, level in sorted(old - new):
        yield Effect("tightens", f"grants: {skills} may no longer declare {level}")


def _key(key: str, before: Policy, after: Policy) -> Iterator[Effect]:
    old, new = getattr(before, key), getattr(after, key)
    if key in ("lock", "advisories", "sandbox"):
        yield from _group(key, old.model_dump(), new.model_dump())
    else:
        yield from _value(key, key, old, new)


def _group(path: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Effect]:
    for key in old:
        yield from _value(f"{path}.{key}", key, old[key], new[key])


def _value(path: str, key: str, old: Any, new: Any) -> Iterator[Effect]:
    if old == new:
        return
    if key in _LISTS:
        yield from _list(path, old, new, wide=_LISTS[key])
        return
    yield Effect(_direction(key, old, new), f"{path}: {_shown(old)} → {_shown(new)}")


def _direction(key: str, old: Any, new: Any) -> Direction:
    if key in _ORDERS:
        order = _ORDERS[key]
        return "tightens" if order.index(new) > order.index(old) else "relaxes"
    if key in _MORE_IS_STRICTER:
        return "tightens" if new > old else "relaxes"
    if key in _MORE_IS_LAXER:
        return "relaxes" if new > old else "tightens"
    return "alters"


def _list(path: str, old: tuple[Any, ...], new: tuple[Any, ...], *, wide: bool) -> Iterator[Effect]:
    for item in (item for item in new if item not in old):
        yield Effect("relaxes" if wide else "tightens", f"{path}: {item} added")
    for item in (item for item in old if item not in new):
        yield Effect("tightens" if wide else "relaxes", f"{path}: {item} removed")


def _shown(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, tuple):
        return f"[{', '.join(getattr(item, 'name', str(item)) for item in value)}]"
    return str(value)


#: Lax to strict.
_ORDERS: Mapping[str, tuple[Any, ...]] = {
    "fail_on": (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW),
    "unknown_severity": ("warn", "fail"),
    "network_attempts": ("warn", "fail"),
    "observe": ("counts", "network"),
    "require_tests": (False, True),
    "transitive": ("covered", "registered"),
    "on_broken": ("inconclusive", "fail"),
    "skill_format": ("lenient", "strict"),
    "enabled": (False, True),
    "runtime": ("runc", "runsc"),
    "self_hosted_forks": ("run", "refuse"),
    "only_new": (True, False),
    "fixable_only": (True, False),
    # A skill that declares no level is judged at this one: a higher one may use more packages.
    "default_maturity": (Level.AUTONOMOUS, Level.SUPERVISED, Level.INTERN, Level.STUDENT),
}
_MORE_IS_STRICTER = frozenset({"min_release_age_days"})
_MORE_IS_LAXER = frozenset(
    {"max_waiver_days", "memory_mb", "cpus", "pids", "wall_seconds", "output_kb", "tmp_mb", "max_packages"}
    | {"timeout_seconds", "max_age_days", "max_wheel_mb", "max_unpacked_mb"}
)
#: Lists whose items each allow something (True), or each ask for something (False).
_LISTS = {"source_builds": True, "direct_sources": True, "require": False, "engines": False}
