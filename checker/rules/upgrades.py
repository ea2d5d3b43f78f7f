"""The smallest upgrade of a *declared* package that clears an advisory. Questions to the index are bounded.

For a declared distribution that is its own smallest clear version that declaration and registry allow. For a
dependency it is the smallest version of the declared root from which, along the chain that is shown, a clear
version can be reached. Other requirements on the way are for `proctor lock` to weigh. Wherever the search
stops short, its answer says so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from checker.errors import Unanswered
from checker.model.level import Level
from checker.model.lock import Pin
from checker.rules.decide import decide
from checker.rules.lock_graph import Case
from checker.rules.lock_step import admits
from checker.rules.releases import Shelf
from checker.rules.target_env import holds
from checker.tools import CoreMetadata, IndexFile

#: Newer versions of one distribution that the engines are asked about: the nearest, and the newest.
NEAREST, NEWEST = 20, 10
#: How many wheels' metadata one search may ask for, and how many at once.
MAX_QUESTIONS, _AT_ONCE = 60, 6
_Extras = frozenset[str]


@dataclass(frozen=True)
class Upgrade:
    """What to do. `version` None: no version of `package` was found to do; `note` then says why.

    `relock` = the locked version of the declared package admits a clear dependency already. `reaches` is the
    clear version of the affected distribution. `note` is one more sentence a reader needs (not approved yet,
    excluded by the declaration, not searched further).
    """

    package: NormalizedName
    version: Version | None
    relock: bool = False
    reaches: Version | None = None
    note: str = ""


@dataclass(frozen=True)
class Newer:
    """Newer versions of an affected distribution: those looked at, rising, and how many were left out."""

    versions: tuple[Version, ...]
    left_out: int = 0
    problem: str = ""


def newer(case: Case, shelf: Shelf, pin: Pin, fixes: Collection[Version]) -> Newer:
    """The versions that may be clear of an advisory: served, above the pin, from the first known fix on."""
    try:
        served = shelf.releases(case, pin.name)
    except Unanswered as error:
        return Newer((), problem=error.reason)
    lowest = min(fixes, default=None)
    found = [v for v in served if v > pin.version and (lowest is None or v >= lowest)]
    looked_at = dict.fromkeys([*found[:NEAREST], *found[-NEWEST:]])
    return Newer(tuple(looked_at), len(found) - len(looked_at))


class _Spent(Exception):
    """The search has asked as much as it may."""


@dataclass
class Search:
    """One search for one skill's lock. `clear` are versions of the last name of `chain` without the flaw."""

    case: Case
    shelf: Shelf
    level: Level
    chain: tuple[NormalizedName, ...]
    clear: tuple[Version, ...]
    _asked: set[str] = field(default_factory=set)
    _known: dict[tuple[int, Version, _Extras], Version | bool] = field(default_factory=dict)

    def smallest(self) -> Upgrade:
        """The answer; never raises for what the index cannot tell, which is a note."""
        root = self.chain[0]
        try:
            return self._direct() if len(self.chain) == 1 else self._through(root)
        except Unanswered as error:
            return Upgrade(root, None, note=f"not searched further: {error.reason}")

    def _direct(self) -> Upgrade:
        name = self.chain[0]
        declared = [v for v in self.clear if admits(self._declaration(name), v)]
        version = self._preferred(name, declared or self.clear)
        if version is None:
            return Upgrade(name, None, note="no served version that was looked at is clear of it")
        return Upgrade(name, version, reaches=version, note=self._objections(name, version))

    def _through(self, root: NormalizedName) -> Upgrade:
        entry = self.case.entries.get(root)
        if entry is None or entry.direct_source is not None:
            return Upgrade(root, None, note=f"{root} does not come from the index")
        locked = entry.version
        extras = frozenset(
            canonicalize_name(extra)
            for package in self.case.declared
            if package.name == root
            for extra in package.requirement.extras
        )
        options = [v for v in self._releases(root) if locked is None or v >= locked]
        last: Version | None = None
        try:
            for start in range(0, len(options), _AT_ONCE):
                self._ask(root, options[start : start + _AT_ONCE])
                for last in options[start : start + _AT_ONCE]:
                    if (reached := self._reaches(0, last, extras)) is not False:
                        return self._found(root, last, locked, reached)
        except _Spent:
            note = f"not searched further than {root} {last}: {MAX_QUESTIONS} wheels were asked about"
            return Upgrade(root, None, note=note)
        return Upgrade(root, None, note=f"no served version of {root} admits one that is clear of it")

    def _found(
        self, root: NormalizedName, version: Version, locked: Version | None, reached: Version | bool
    ) -> Upgrade:
        exact = reached if isinstance(reached, Version) else None
        if version == locked:
            return Upgrade(root, version, relock=True, reaches=exact)
        return Upgrade(root, version, reaches=exact, note=self._objections(root, version))

    def _reaches(self, place: int, version: Version, extras: _Extras) -> Version | bool:
        """The clear version that `chain[place]` at this version leads to; True: it needs the next no more."""
        key = (place, version, extras)
        if key not in self._known:
            self._known[key] = self._look(place, version, extras)
        return self._known[key]

    def _look(self, place: int, version: Version, extras: _Extras) -> Version | bool:
        following = self.chain[place + 1]
        wanted = [
            requirement
            for requirement in self._metadata(self.chain[place], version).requires
            if canonicalize_name(requirement.name) == following
            and holds(requirement.marker, self.case.env, {"", *extras})
        ]
        if not wanted:
            return True
        allowed = SpecifierSet(",".join(str(r.specifier) for r in wanted if str(r.specifier)))
        if place + 2 == len(self.chain):
            return next((v for v in self.clear if admits(allowed, v)), False)
        more = frozenset(canonicalize_name(extra) for r in wanted for extra in r.extras)
        options = sorted((v for v in self._releases(following) if admits(allowed, v)), reverse=True)
        reached = (self._reaches(place + 1, option, more) for option in options)
        return next((found for found in reached if found is not False), False)

    def _releases(self, name: NormalizedName) -> dict[Version, IndexFile]:
        return self.shelf.releases(self.case, name)

    def _metadata(self, name: NormalizedName, version: Version) -> CoreMetadata:
        file = self._releases(name)[version]
        self._ask(name, [version], must=True)
        answer = self.shelf.index.metadata([file])[file.filename]
        if isinstance(answer, Unanswered):
            raise answer
        return answer

    def _ask(self, name: NormalizedName, versions: Iterable[Version], *, must: bool = False) -> None:
        """Ask for metadata together, as far as the budget goes. Raises _Spent when `must` and it is gone."""
        files = [self._releases(name)[version] for version in versions]
        fresh = [file for file in files if file.filename not in self._asked]
        fresh = fresh[: MAX_QUESTIONS - len(self._asked)]
        if must and any(file not in fresh and file.filename not in self._asked for file in files):
            raise _Spent
        if fresh:
            self._asked |= {file.filename for file in fresh}
            self.shelf.index.metadata(fresh)

    def _declaration(self, name: NormalizedName) -> SpecifierSet:
        texts = (str(p.requirement.specifier) for p in self.case.declared if p.name == name)
        return SpecifierSet(",".join(filter(None, texts)))

    def _preferred(self, name: NormalizedName, versions: Collection[Version]) -> Version | None:
        approved = (v for v in versions if not self._denied(name, v))
        return next(approved, next(iter(versions), None))

    def _denied(self, name: NormalizedName, version: Version) -> str:
        decision = decide(self.case.policy, name, version, self.level, self.shelf.now.date())
        at = f" ({decision.location})" if decision.location else ""
        return "" if decision.allowed else f"{decision.reason}{at}"

    def _objections(self, name: NormalizedName, version: Version) -> str:
        """What else must change for this version: the declaration, the registry."""
        said = []
        if not admits(self._declaration(name), version):
            said.append(f"`{name}{self._declaration(name)}` as declared excludes it")
        if denied := self._denied(name, version):
            said.append(f"the registry does not approve {name} {version} yet: {denied}")
        return "; ".join(said)


def cleared(
    newer_versions: Newer, affected: Mapping[Version, bool | None]
) -> tuple[tuple[Version, ...], str]:
    """The versions known to be clear, rising, and what keeps others from being known.

    `affected` tells for each version whether the advisory still affects it; None: no engine answered.
    """
    clear = tuple(v for v in newer_versions.versions if affected.get(v) is False)
    silent = sum(affected.get(v) is None for v in newer_versions.versions)
    gaps = [newer_versions.problem] if newer_versions.problem else []
    if newer_versions.left_out and not clear:
        gaps.append(f"not searched further: {newer_versions.left_out} newer versions were not looked at")
    if silent:
        gaps.append(f"{silent} newer versions could not be asked about")
    return clear, "; ".join(gaps)
