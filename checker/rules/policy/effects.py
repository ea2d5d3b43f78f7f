"""Two policies → what the second relaxes, tightens or otherwise alters, in sentences. Pure.

The registry is compared by its effect: every version that matters, every level, every day on which an
approval ends.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping

from packaging.utils import NormalizedName

from checker.model.decision import Decision
from checker.model.level import Level
from checker.model.policy import PackageStatus, Policy, RegistryEntry, Waiver
from checker.rules.policy.decide import decide
from checker.rules.policy.diff import PolicyDiff
from checker.rules.policy.settings_effects import Direction, Effect, settings
from checker.rules.policy.version_samples import samples

#: More changed names are counted, not told one by one.
MAX_NAMES = 200


def effects(before: Policy, after: Policy, change: PolicyDiff, today: dt.date) -> tuple[Effect, ...]:
    """Everything that differs, the registry first. `change` is `diff(before, after)`."""
    return (
        *_registry(before, after, change, today),
        *_waivers(before.waivers, after.waivers),
        *settings(before, after, change),
    )


def _registry(before: Policy, after: Policy, change: PolicyDiff, today: dt.date) -> Iterator[Effect]:
    names = sorted(change.entries)
    for name in names[:MAX_NAMES]:
        old, new = before.entries.get(name, ()), after.entries.get(name, ())
        yield from _both_ways(_shift(before, after, name, today), f"{name}: {_became(old, new)}")
    if (more := len(names) - MAX_NAMES) > 0:
        yield Effect("alters", f"and {more} more names of the registry")


def _shift(before: Policy, after: Policy, name: NormalizedName, today: dt.date) -> set[Direction]:
    """Whether anything becomes possible, or impossible, for this name."""
    entries = (*before.entries.get(name, ()), *after.entries.get(name, ()))
    days = {today, *(e.expires + _DAY for e in entries if e.expires and today <= e.expires < dt.date.max)}
    found: set[Direction] = set()
    for version in samples(entry.versions for entry in entries):
        for level in Level:
            for day in days:
                old, new = (_rank(decide(p, name, version, level, day)) for p in (before, after))
                found |= {"relaxes"} if new > old else {"tightens"} if new < old else set()
    return found


def _rank(decision: Decision) -> int:
    """A ban is worse than no approval: as a dependency of something approved it is still denied."""
    return 0 if decision.rule == "banned" else 1 + decision.allowed


def _became(old: Iterable[RegistryEntry], new: Iterable[RegistryEntry]) -> str:
    return f"{_told(old)} → {_told(new)}"


def _told(entries: Iterable[RegistryEntry]) -> str:
    return " + ".join(_entry(entry) for entry in entries) or "not in the registry"


def _entry(entry: RegistryEntry) -> str:
    versions = f" {entry.versions}" if str(entry.versions) else ""
    if entry.status is not PackageStatus.APPROVED:
        return f"{entry.status}{versions}"
    until = f" until {entry.expires}" if entry.expires else ""
    return f"approved{versions} from {entry.min_maturity}{until}"


def _both_ways(found: set[Direction], sentence: str) -> Iterator[Effect]:
    for direction in sorted(found) or ["alters"]:
        yield Effect(direction, sentence)


def _waivers(before: Iterable[Waiver], after: Iterable[Waiver]) -> Iterator[Effect]:
    old, new = _by_subject(before), _by_subject(after)
    for key in sorted(old.keys() | new.keys()):
        yield from _waiver(key, old.get(key), new.get(key))


def _by_subject(waivers: Iterable[Waiver]) -> Mapping[tuple[str, str, str], Waiver]:
    """Of several for the same finding the one that counts longest."""
    return {
        (w.skill, w.rule, w.subject): w for w in sorted(waivers, key=lambda w: (w.expires, not w.until_fixed))
    }


def _waiver(key: tuple[str, str, str], old: Waiver | None, new: Waiver | None) -> Iterator[Effect]:
    skill, rule, subject = key
    label = f"waiver of {rule} {subject} for {skill}"
    if old is None and new is not None:
        yield Effect("relaxes", f"{label}: new, until {new.expires}")
    elif new is None:
        yield Effect("tightens", f"{label}: removed")
    elif old is not None:
        if new.expires != old.expires:
            longer = new.expires > old.expires
            text = f"{label}: until {old.expires} → until {new.expires}"
            yield Effect("relaxes" if longer else "tightens", text)
        if new.until_fixed != old.until_fixed:
            yield Effect("tightens" if new.until_fixed else "relaxes", f"{label}: until_fixed {_yes(new)}")


def _yes(waiver: Waiver) -> str:
    return "true" if waiver.until_fixed else "false"


_DAY = dt.timedelta(days=1)
