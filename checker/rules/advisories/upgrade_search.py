"""The smallest upgrade of *declared* packages that clears an advisory. Questions to the index are bounded.

Every way from a declared package to the affected distribution counts: a clear version is of use only where
all of them admit it together. For each declared package on such a way that is the smallest version from which
a clear one can be reached; the clear version is the one that takes the fewest changes. Requirements besides
those ways are for `proctor lock` to weigh. Wherever the search stops short, its answer says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from checker.errors import Unanswered
from checker.model.level import Level
from checker.model.lock import Pin
from checker.rules.lock.graph import Case
from checker.rules.lock.releases import Shelf
from checker.rules.lock.step import admits
from checker.rules.lock.target_env import holds
from checker.rules.policy.decide import decide
from checker.tools import CoreMetadata, IndexFile

#: How many wheels' metadata one search may ask for, and how many of one package at once.
MAX_QUESTIONS, _AT_ONCE = 60, 6
_Extras = frozenset[str]
#: What the affected distribution may end as: a clear version, or None, which is "not needed any more".
_Ends = frozenset[Version | None]
#: The smallest version of a declared package for each end that was found so far.
_Steps = dict[Version | None, Version]


@dataclass(frozen=True)
class Upgrade:
    """What to do: raise these declared packages, or (`relock`) lock anew, as they admit it already.

    `reaches` is the clear version of the affected distribution, None when nothing leads to it any more.
    Without either nothing was found, and `note` says why; else it is what a reader needs besides (not
    approved yet, excluded by the declaration).
    """

    raised: tuple[Pin, ...] = ()
    relock: tuple[Pin, ...] = ()
    reaches: Version | None = None
    note: str = ""


class _Spent(Exception):
    """The search has asked as much as it may."""


@dataclass
class Search:
    """One search for one skill's lock.

    `chain` is the shortest way to the affected distribution, its last name; `leading` are all locked names
    that require it, directly or not, with itself; `clear` its versions without the flaw, rising.
    """

    case: Case
    shelf: Shelf
    level: Level
    chain: tuple[NormalizedName, ...]
    leading: frozenset[NormalizedName]
    clear: tuple[Version, ...]
    _asked: set[str] = field(default_factory=set)
    _known: dict[tuple[NormalizedName, Version, _Extras], _Ends] = field(default_factory=dict)

    @property
    def name(self) -> NormalizedName:
        """The affected distribution."""
        return self.chain[-1]

    @cached_property
    def roots(self) -> tuple[NormalizedName, ...]:
        """The declared packages through which the affected distribution comes, itself among them if so."""
        return tuple(sorted({package.name for package in self.case.declared} & self.leading))

    def smallest(self) -> Upgrade:
        """The answer; never raises for what the index cannot tell, which is a note."""
        steps: dict[NormalizedName, _Steps] = {root: {} for root in self.roots}
        try:
            return self._walked(steps)
        except Unanswered as error:
            return Upgrade(note=f"not searched further: {error.reason}")

    def _walked(self, steps: dict[NormalizedName, _Steps]) -> Upgrade:
        """Look at versions of every root, the nearest first, until one end is within reach of all."""
        for root in self.roots:
            entry = self.case.entries.get(root)
            if entry is None or entry.direct_source is not None:
                return Upgrade(note=f"{root} does not come from the index")
        walks = {root: self._walk(root, steps[root]) for root in self.roots}
        last: str = self.roots[0]
        try:
            while not self._common(steps) and walks:
                for root, walk in list(walks.items()):
                    if (version := next(walk, None)) is None:
                        del walks[root]
                    else:
                        last = f"{root} {version}"
        except _Spent:
            note = f"not searched further than {last}: {MAX_QUESTIONS} wheels were asked about"
            return Upgrade(note=note)
        return self._chosen(steps)

    def _walk(self, root: NormalizedName, steps: _Steps) -> Iterator[Version]:
        """Look at one version of a root after the other; yields each."""
        if root == self.name:
            steps.update({version: version for version in self.clear})
            return
        locked = self.case.entries[root].version
        options = [v for v in self._releases(root) if locked is None or v >= locked]
        for place, version in enumerate(options):
            if place % _AT_ONCE == 0:
                self._ask(root, options[place : place + _AT_ONCE])
            for end in self._ends(root, version, self._extras(root)):
                steps.setdefault(end, version)
            yield version

    def _common(self, steps: Mapping[NormalizedName, _Steps]) -> _Ends:
        """The ends that every root can reach."""
        return self._all.intersection(*steps.values())

    def _chosen(self, steps: Mapping[NormalizedName, _Steps]) -> Upgrade:
        """The end that takes the fewest changes, and of those the smallest; what is approved comes first."""
        if not (ends := self._common(steps)):
            return Upgrade(note=self._nothing(steps))
        end = min(ends, key=lambda end: self._cost(end, steps))
        pins = tuple(Pin(root, steps[root][end]) for root in self.roots)
        raised = tuple(pin for pin in pins if self._is_raised(pin))
        if not raised:
            return Upgrade(relock=pins, reaches=end)
        notes = (self._objections(*pin) for pin in raised)
        return Upgrade(raised, reaches=end, note="; ".join(filter(None, notes)))

    def _cost(self, end: Version | None, steps: Mapping[NormalizedName, _Steps]) -> tuple[Any, ...]:
        """To be compared: how much changes, what stands against it, and by how little it is."""
        pins = [Pin(root, steps[root][end]) for root in self.roots]
        raised = [pin for pin in pins if self._is_raised(pin)]
        refused = [(not admits(self._declaration(n), v), bool(self._denied(n, v))) for n, v in raised]
        own = refused if self.roots == (self.name,) else []
        return len(raised), own, [pin.version for pin in raised], end is not None, end or Version("0")

    def _is_raised(self, pin: Pin) -> bool:
        return pin.name == self.name or pin.version != self.case.entries[pin.name].version

    def _nothing(self, steps: Mapping[NormalizedName, _Steps]) -> str:
        if stuck := [root for root in self.roots if not steps[root]]:
            return f"no served version of {' or '.join(stuck)} admits one that is clear of it"
        return f"no clear {self.name} is admitted by {' and '.join(self.roots)} together"

    def _ends(self, name: NormalizedName, version: Version, extras: _Extras) -> _Ends:
        """What the affected distribution may end as below `name` at this version."""
        key = (name, version, extras)
        if key not in self._known:
            self._known[key] = self._all  # a circle adds nothing to what its other members say
            self._known[key] = self._look(name, version, extras)
        return self._known[key]

    @cached_property
    def _all(self) -> _Ends:
        return frozenset((None, *self.clear))

    def _look(self, name: NormalizedName, version: Version, extras: _Extras) -> _Ends:
        wanted: dict[NormalizedName, list[Requirement]] = {}
        for requirement in self._metadata(name, version).requires:
            following = canonicalize_name(requirement.name)
            if following in self.leading and holds(requirement.marker, self.case.env, {"", *extras}):
                wanted.setdefault(following, []).append(requirement)
        return frozenset.intersection(self._all, *(self._below(*pair) for pair in wanted.items()))

    def _below(self, following: NormalizedName, wanted: list[Requirement]) -> _Ends:
        """The ends that requirements of one name leave open, whichever of its versions is taken."""
        allowed = SpecifierSet(",".join(str(r.specifier) for r in wanted if str(r.specifier)))
        if following == self.name:
            return frozenset(v for v in self.clear if admits(allowed, v))
        extras = frozenset(canonicalize_name(extra) for r in wanted for extra in r.extras)
        found: _Ends = frozenset()
        for option in sorted((v for v in self._releases(following) if admits(allowed, v)), reverse=True):
            found |= self._ends(following, option, extras)
            if found and (self._single or found >= frozenset(self.clear)):
                break
        return found

    @property
    def _single(self) -> bool:
        """Whether one way alone leads to the affected distribution: then any end will do."""
        return len(self.leading) == len(self.chain)

    def _extras(self, root: NormalizedName) -> _Extras:
        declared = (package.requirement for package in self.case.declared if package.name == root)
        return frozenset(canonicalize_name(extra) for one in declared for extra in one.extras)

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
