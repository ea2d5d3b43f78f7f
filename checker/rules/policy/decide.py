"""The maturity matrix: may a skill of this level use this package at this version? Pure; denies by default.

The order is fixed: banned, student, untrusted, pending, expired, level, and at last the source: an approval
speaks of the index's package, of no address's. When several entries speak of a name, any ban that covers the
version wins, else any valid approval, else the most helpful reason.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from checker.escape import shortened, visible
from checker.model.decision import Decision
from checker.model.level import Level
from checker.model.lock import Pin
from checker.model.policy import PackageStatus, Policy, RegistryEntry
from checker.model.skill import DeclaredPackage
from checker.rules.lock.closure import Edges, chains


def decide(policy: Policy, name: NormalizedName, version: Version, level: Level, today: dt.date) -> Decision:
    """Decide for one distribution by its own registry entries. `today` is the injected clock's UTC date."""
    entries = policy.entries.get(name, ())
    covering = [entry for entry in entries if entry.versions.contains(version, prereleases=True)]
    for entry in covering:
        if entry.status is PackageStatus.BANNED:
            return _banned(name if version is _ANY_VERSION else f"{name} {version}", entry)
    if level is Level.STUDENT:
        return Decision(False, "student", "skills for student agents may use no third-party packages")
    if not covering:
        return _untrusted(name, version, entries)
    if len(covering) == 1:
        return _by_entry(covering[0], level, today)
    # The first of the best: an approval that holds, then the reason that is nearest to one.
    return min((_by_entry(entry, level, today) for entry in covering), key=lambda d: _HELPFUL.index(d.rule))


def decide_closure(
    policy: Policy,
    pins: Iterable[Pin],
    roots: Collection[NormalizedName],
    edges: Edges,
    level: Level,
    today: dt.date,
) -> dict[Pin, Decision]:
    """Decide for every pin of a lock. `roots` are the declared names, `edges` the lock's dependency graph.

    Under `transitive: covered` a distribution that nobody declares is allowed when a chain from an allowed
    declared package reaches it; a ban always holds. What is declared needs an approval of its own.
    """
    own = {pin: decide(policy, pin.name, pin.version, level, today) for pin in pins}
    if policy.transitive == "registered":
        return own
    reached = chains((pin.name for pin, d in own.items() if d.allowed and pin.name in roots), edges)
    return {pin: _with_chain(pin, decision, roots, reached) for pin, decision in own.items()}


def _with_chain(
    pin: Pin,
    own: Decision,
    roots: Collection[NormalizedName],
    reached: Mapping[NormalizedName, tuple[NormalizedName, ...]],
) -> Decision:
    chain = reached.get(pin.name)
    if own.allowed or own.rule == "banned" or pin.name in roots or chain is None:
        return own
    return covered(chain)


def covered(chain: Sequence[NormalizedName]) -> Decision:
    """The decision for a dependency that an allowed declared package brings in (`chain`: root first)."""
    words = " → ".join(chain if len(chain) <= _SHOWN else (*chain[: _SHOWN - 1], "…", chain[-1]))
    return Decision(True, "covered", f"comes with an approved package: {words}", None, tuple(chain[:_SHOWN]))


#: Links of a chain that are told. One of thousands, for each of thousands, would fill the memory.
_SHOWN = 50


_HELPFUL = ("approved", "level", "expired", "pending", "untrusted")


def _by_entry(entry: RegistryEntry, level: Level, today: dt.date) -> Decision:
    name = entry.name
    if entry.status is PackageStatus.PENDING:
        return Decision(False, "pending", _because(f"{name} awaits approval", entry), entry.location)
    if entry.status is not PackageStatus.APPROVED:
        return Decision(False, "untrusted", f"{name} has status {entry.status}", entry.location)
    if entry.expires is not None and today > entry.expires:
        return Decision(
            False, "expired", f"the approval of {name} expired on {entry.expires}", entry.location
        )
    if level.rank < entry.min_maturity.rank:
        text = f"{name} is approved for {entry.min_maturity} and above; this skill is {level}"
        return Decision(False, "level", text, entry.location)
    return Decision(
        True,
        "approved",
        _because(f"{name} is approved for {entry.min_maturity} and above", entry),
        entry.location,
    )


def _untrusted(name: NormalizedName, version: Version, entries: Sequence[RegistryEntry]) -> Decision:
    approved = [entry for entry in entries if entry.status is PackageStatus.APPROVED]
    if approved:
        ranges = " or ".join(str(entry.versions) or "any" for entry in approved)
        text = f"{name} {version} is outside of the approved versions ({ranges})"
        return Decision(False, "untrusted", text, approved[0].location)
    return Decision(False, "untrusted", f"{name} is not in the package registry")


def _banned(what: str, entry: RegistryEntry) -> Decision:
    return Decision(False, "banned", _because(f"{what} is banned", entry), entry.location)


def _because(text: str, entry: RegistryEntry) -> str:
    return f"{text}: {entry.reason}" if entry.reason else text


def decide_unlocked(
    policy: Policy, name: NormalizedName, specifier: SpecifierSet, level: Level, today: dt.date
) -> Decision | None:
    """Decide without a lock: the answer that every version the declaration admits agrees on, or None.

    An exact pin admits one version. For anything else only what does not depend on the version is an answer:
    that of a student, of a name without entries, or of entries that speak of every version.
    """
    if (version := exact_version(specifier)) is not None:
        return decide(policy, name, version, level, today)
    entries = policy.entries.get(name, ())
    if level is not Level.STUDENT and any(str(entry.versions) for entry in entries):
        return None
    return decide(policy, name, _ANY_VERSION, level, today)


def ban(policy: Policy, name: NormalizedName, specifier: SpecifierSet) -> Decision | None:
    """The ban on whatever a request gets: on the one version it admits, or on every version there is."""
    version = exact_version(specifier)
    for entry in policy.entries.get(name, ()):
        if entry.status is PackageStatus.BANNED:
            if version is not None and entry.versions.contains(version, prereleases=True):
                return _banned(f"{name} {version}", entry)
            if not str(entry.versions):
                return _banned(name, entry)
    return None


def decide_declared(
    policy: Policy, package: DeclaredPackage, level: Level, today: dt.date
) -> Decision | None:
    """Decide for a declaration without a lock: by where it comes from, then as `decide_unlocked`."""
    decision = decide_unlocked(policy, package.name, package.requirement.specifier, level, today)
    return by_source(policy, package.name, package.requirement.url, decision)


def by_source(
    policy: Policy, name: NormalizedName, address: str | None, decision: Decision | None
) -> Decision | None:
    """The decision, or a denial: an approval speaks of the index's package, not of any address's.

    `address` is None for what comes from the index.
    """
    if address is None or address in policy.direct_sources or (decision is not None and not decision.allowed):
        return decision
    shown = shortened(visible(address), 200)
    return Decision(False, "source", f"{name} comes from {shown}, which the policy does not name")


def exact_version(specifier: SpecifierSet) -> Version | None:
    """The one version that a specifier such as `==1.2` admits, else None (as for `==1.*` and `===x`)."""
    exact = [s for s in specifier if s.operator == "==" and not s.version.endswith(".*")]
    return (
        Version(exact[0].version)
        if exact and specifier.contains(exact[0].version, prereleases=True)
        else None
    )


#: Stands for every version where no entry limits versions, so that its own value cannot matter.
_ANY_VERSION = Version("0")
