"""Findings with the upgrade that clears them: what was looked up, what engines said of it, how to say it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from packaging.utils import NormalizedName
from packaging.version import Version

from checker.escape import visible
from checker.model.advisory import Advisory, ScanReport
from checker.model.level import Level
from checker.model.lock import Pin
from checker.model.outcome import Finding
from checker.model.severity import Severity
from checker.model.skill import Skill
from checker.rules.advice import lock_command
from checker.rules.lock_graph import Case
from checker.rules.releases import Shelf
from checker.rules.upgrades import Newer, Search, Upgrade, cleared, newer

#: Skill, lock file and name of an affected distribution.
Where = tuple[str, str, NormalizedName]


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
        chain: tuple[NormalizedName, ...],
        clear: tuple[Version, ...],
    ) -> Upgrade:
        """The smallest upgrade, searched once for all skills that are in the same situation."""
        entries = (case.entries.get(name) for name in chain)
        locked = tuple((entry.version, entry.direct_source) for entry in entries if entry is not None)
        declared = tuple(str(p.requirement) for p in case.declared if p.name == chain[0])
        key = (chain, clear, locked, declared, case.python, case.target.platform, level)
        if key not in self._upgrades:
            self._upgrades[key] = Search(case, shelf, level, chain, clear).smallest()
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


def with_upgrade(finding: Finding, case: Case, advisory: Advisory, ahead: Ahead, level: Level) -> Finding:
    """The finding with the smallest upgrade of a declared package, or with why none is known."""
    name = NormalizedName(finding.chain[-1])
    known = ahead.newer.get(_where(case, name))
    if known is None or ahead.shelf is None or not _curable(advisory):
        return finding
    states = {version: ahead.affected(Pin(name, version), advisory) for version in known.versions}
    clear, gap = cleared(known, states)
    if not clear:
        reason = ahead.failed or gap or f"the index serves no newer {name} that is clear of it"
        return finding.model_copy(update={"remedy": f"{finding.remedy}; {visible(reason)}"})
    chain = tuple(NormalizedName(one) for one in finding.chain)
    upgrade = ahead.upgrade(ahead.shelf, case, level, chain, clear)
    return _told(finding, case.skill, upgrade)


def _told(finding: Finding, skill: Skill, upgrade: Upgrade) -> Finding:
    note = f"; {visible(upgrade.note)}" if upgrade.note else ""
    if upgrade.version is None:
        return finding.model_copy(update={"fixed": True, "remedy": f"{finding.remedy}{note}"})
    if upgrade.relock:
        command = lock_command(skill).replace("proctor lock", "proctor lock --upgrade", 1)
        remedy = (
            f"run {command}: {upgrade.package} {upgrade.version}, as locked, {_reaching(finding, upgrade)}"
        )
        return finding.model_copy(update={"fixed": True, "remedy": remedy})
    wanted = f"{upgrade.package}>={upgrade.version}"
    manifest = visible(skill.manifest or f"{skill.id}/skill.yaml")
    why = f" (the smallest that {_reaching(finding, upgrade)})" if len(finding.chain) > 1 else ""
    remedy = f"declare `{wanted}`{why} in {manifest}, then run {lock_command(skill)}{note}"
    return finding.model_copy(update={"fixed": True, "upgrade": wanted, "remedy": remedy})


def _reaching(finding: Finding, upgrade: Upgrade) -> str:
    name = finding.chain[-1]
    return f"admits {name} {upgrade.reaches}" if upgrade.reaches else f"no longer leads to {name}"


def _where(case: Case, name: NormalizedName) -> Where:
    return case.skill.id, case.lock.file, name


def _fixes(found: Iterable[Advisory]) -> tuple[Version, ...]:
    """The known fixes; none where one of the advisories has none, so that every version is looked at."""
    groups = [advisory.fixed_versions for advisory in found if _curable(advisory)]
    return tuple(version for group in groups for version in group) if all(groups) else ()


def _curable(advisory: Advisory) -> bool:
    return advisory.severity is not Severity.MALICIOUS
