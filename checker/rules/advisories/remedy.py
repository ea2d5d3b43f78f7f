"""Findings with the upgrade that clears them: what was looked up, what engines said of it, how to say it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from packaging.utils import NormalizedName
from packaging.version import Version

from checker.escape import visible
from checker.model.advisory import Advisory, ScanReport
from checker.model.level import Level
from checker.model.lock import Pin
from checker.model.outcome import Finding
from checker.model.severity import Severity
from checker.model.skill import Skill
from checker.rules.advisories.upgrade_search import Search, Upgrade
from checker.rules.advisories.upgrades import Newer, cleared, newer
from checker.rules.commands import lock_command
from checker.rules.lock.graph import Case
from checker.rules.lock.releases import Shelf

#: Skill, lock file and name of an affected distribution.
Where = tuple[str, str, NormalizedName]


class Ways(NamedTuple):
    """How a distribution comes in: the shortest chain to it, and all names on any way, itself among them."""

    chain: tuple[NormalizedName, ...]
    leading: frozenset[NormalizedName]


@dataclass(frozen=True)
class Ahead:
    """Newer versions by place, and what the engines said of them. `failed`: why an engine said nothing.

    Without a `shelf` (offline) nothing was looked for.
    """

    shelf: Shelf | None = None
    newer: Mapping[Where, Newer] = field(default_factory=dict)
    reports: tuple[ScanReport, ...] = ()
    failed: str = ""
    _upgrades: dict[tuple[object, ...], Upgrade] = field(default_factory=dict)

    def upgrade(
        self,
        shelf: Shelf,
        case: Case,
        level: Level,
        ways: Ways,
        clear: tuple[Version, ...],
    ) -> Upgrade:
        """The smallest upgrade, searched once for all skills that are in the same situation."""
        entries = (case.entries.get(name) for name in sorted(ways.leading))
        locked = tuple((one.name, one.version, one.direct_source) for one in entries if one is not None)
        declared = tuple(str(p.requirement) for p in case.declared if p.name in ways.leading)
        key = (ways, clear, locked, declared, case.python, case.target.platform, level)
        if key not in self._upgrades:
            search = Search(case, shelf, level, ways.chain, ways.leading, clear)
            self._upgrades[key] = search.smallest()
        return self._upgrades[key]

    def affected(self, pin: Pin, advisory: Advisory) -> bool | None:
        """Whether the advisory affects the pin, too; None where an engine owes the answer."""
        if self.failed or not self.reports or any(pin not in report.found for report in self.reports):
            return None
        return any(same(one, advisory) for report in self.reports for one in report.found[pin])


def same(one: Advisory, other: Advisory) -> bool:
    """Whether two advisories share an id."""
    return not {one.id, *one.aliases}.isdisjoint((other.id, *other.aliases))


def looked_up(affected: Iterable[tuple[Case, Pin, tuple[Advisory, ...]]], shelf: Shelf) -> dict[Where, Newer]:
    """The newer versions of every affected pin. Nobody looks for a better version of what is malicious."""
    wanted = [(case, pin, found) for case, pin, found in affected if any(map(_curable, found))]
    shelf.index.projects({pin.name for _, pin, _ in wanted})  # all at once; what follows finds them at hand
    return {_where(case, pin.name): newer(case, shelf, pin, _fixes(found)) for case, pin, found in wanted}


def with_upgrade(
    finding: Finding, case: Case, ways: Ways, advisory: Advisory, ahead: Ahead, level: Level
) -> Finding:
    """The finding with the smallest upgrade of declared packages, or with why none is known."""
    name = ways.chain[-1]
    known = ahead.newer.get(_where(case, name))
    if known is None or ahead.shelf is None or not _curable(advisory):
        return finding
    states = {version: ahead.affected(Pin(name, version), advisory) for version in known.versions}
    clear, gap = cleared(known, states)
    if not clear:
        reason = ahead.failed or gap or f"the index serves no newer {name} that is clear of it"
        return finding.model_copy(update={"remedy": f"{finding.remedy}; {visible(reason)}"})
    upgrade = ahead.upgrade(ahead.shelf, case, level, ways, clear)
    return _told(finding, case.skill, upgrade, name)


def _told(finding: Finding, skill: Skill, upgrade: Upgrade, name: NormalizedName) -> Finding:
    if upgrade.relock:
        command = lock_command(skill, upgrade=True)
        roots = _listed(f"{one.name} {one.version}" for one in upgrade.relock)
        remedy = f"run {command}: {roots}, as locked, {_doing(upgrade, name, len(upgrade.relock))}"
        return finding.model_copy(update={"fixed": True, "remedy": remedy})
    note = f"; {visible(upgrade.note)}" if upgrade.note else ""
    if not upgrade.raised:
        return finding.model_copy(update={"fixed": True, "remedy": f"{finding.remedy}{note}"})
    wanted = [f"{one.name}>={one.version}" for one in upgrade.raised]
    manifest = visible(skill.manifest or f"{skill.id}/skill.yaml")
    own = [one.name for one in upgrade.raised] == [name]
    why = "" if own else f" (the smallest that {_doing(upgrade, name, len(wanted))})"
    declare = _listed(f"`{one}`" for one in wanted)
    remedy = f"declare {declare}{why} in {manifest}, then run {lock_command(skill)}{note}"
    return finding.model_copy(update={"fixed": True, "upgrade": ", ".join(wanted), "remedy": remedy})


def _doing(upgrade: Upgrade, name: NormalizedName, count: int) -> str:
    """What one or several packages do by this."""
    several = count > 1
    if upgrade.reaches is None:
        return f"no longer {'lead' if several else 'leads'} to {name}"
    return f"{'admit' if several else 'admits'} {name} {upgrade.reaches}"


def _listed(texts: Iterable[str]) -> str:
    *others, last = texts
    return f"{', '.join(others)} and {last}" if others else last


def _where(case: Case, name: NormalizedName) -> Where:
    return case.skill.id, case.lock.file, name


def _fixes(found: Iterable[Advisory]) -> tuple[Version, ...]:
    """The known fixes; none where one of the advisories has none, so that every version is looked at."""
    groups = [advisory.fixed_versions for advisory in found if _curable(advisory)]
    return tuple(version for group in groups for version in group) if all(groups) else ()


def _curable(advisory: Advisory) -> bool:
    return advisory.severity is not Severity.MALICIOUS
