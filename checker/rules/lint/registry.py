"""What is odd about the package registry, entry by entry. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from packaging.utils import NormalizedName
from packaging.version import Version

from checker.model.policy import PackageStatus, Policy, RegistryEntry
from checker.model.remark import Kind, Remark
from checker.rules.policy.version_words import which

#: Locked versions by name; a name that is declared and nowhere locked has none.
Used = Mapping[NormalizedName, frozenset[Version]]

_SOON_DAYS = 30


def lint_registry(policy: Policy, used: Used | None, today: dt.date) -> Iterator[Remark]:
    """Remarks on every entry. `used` is None where there are no skills to compare with."""
    for entries in policy.entries.values():
        bans = [entry for entry in entries if entry.status is PackageStatus.BANNED]
        for entry in entries:
            yield from _alone(entry, today)
            if entry not in bans:
                yield from _against(entry, bans)
                yield from _unused(entry, used)
        yield from _pairs(entries, today)


def _alone(entry: RegistryEntry, today: dt.date) -> Iterator[Remark]:
    if entry.status is PackageStatus.APPROVED:
        yield from _dates(entry, today)
        if entry.approved_by is None:
            yield _remark("note", "no-approver", entry, "nobody is named as its approver")
    elif entry.status is PackageStatus.BANNED and not entry.reason.strip():
        yield _remark("note", "no-reason", entry, "the ban gives no reason")


def _dates(entry: RegistryEntry, today: dt.date) -> Iterator[Remark]:
    if entry.expires is None:
        yield _remark("note", "no-expiry", entry, "the approval never expires")
    elif entry.approved_on is not None and entry.expires < entry.approved_on:
        text = f"the approval expires ({entry.expires}) before it begins ({entry.approved_on})"
        yield _remark("error", "contradiction", entry, text)
    elif entry.expires < today:
        yield _remark("warning", "expired", entry, f"the approval expired on {entry.expires}")
    elif (entry.expires - today).days <= _SOON_DAYS:
        yield _remark("note", "expires-soon", entry, f"the approval expires on {entry.expires}")
    if entry.approved_on is not None and entry.approved_on > today:
        yield _remark("warning", "future", entry, f"the approval is dated {entry.approved_on}, in the future")


def _against(entry: RegistryEntry, bans: Sequence[RegistryEntry]) -> Iterator[Remark]:
    for ban in bans:
        if entry.versions.is_subset(ban.versions):
            text = f"can never hold: {which(ban)} is banned at {ban.location}"
            yield _remark("error", "contradiction", entry, text)
        elif not entry.versions.is_disjoint(ban.versions):
            text = f"the ban of {which(ban)} at {ban.location} holds for some of these versions"
            yield _remark("note", "overlap", entry, text)


def _unused(entry: RegistryEntry, used: Used | None) -> Iterator[Remark]:
    if used is None:
        return
    if entry.name not in used:
        yield _remark("note", "unused", entry, "no skill declares or locks it")
    elif (locked := used[entry.name]) and not any(entry.versions.filter(locked, prereleases=True)):
        versions = ", ".join(map(str, sorted(locked)))
        yield _remark("note", "unused", entry, f"no skill locks a version of this range (locked: {versions})")


def _pairs(entries: Sequence[RegistryEntry], today: dt.date) -> Iterator[Remark]:
    for first, second in combinations(entries, 2):
        if first.versions.is_disjoint(second.versions) or _over(first, today) or _over(second, today):
            continue
        if first.status is second.status:
            text = f"overlaps the {_noun(first)} at {first.location}: one entry is enough"
            yield _remark("warning", "overlap", second, text)
        elif {first.status, second.status} == {PackageStatus.APPROVED, PackageStatus.PENDING}:
            pending, approved = sorted((first, second), key=lambda e: e.status is PackageStatus.APPROVED)
            text = f"is pending although versions of it are approved at {approved.location}"
            yield _remark("warning", "overlap", pending, text)


def _over(entry: RegistryEntry, today: dt.date) -> bool:
    return entry.expires is not None and entry.expires < today


def _noun(entry: RegistryEntry) -> str:
    return {PackageStatus.APPROVED: "approval", PackageStatus.BANNED: "ban"}.get(entry.status, "request")


def _remark(kind: Kind, code: str, entry: RegistryEntry, text: str) -> Remark:
    return Remark(kind=kind, code=code, message=f"{entry.name}: {text}", location=entry.location)
