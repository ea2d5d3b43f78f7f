"""Skills with locks whose wheels an index serves, and scanners that know what they are told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from checker.errors import Unanswered
from checker.model.advisory import Advisory, ScanReport
from checker.model.base import Location
from checker.model.lock import Lock, LockedDistribution, Pin
from checker.model.severity import Severity
from checker.model.skill import DeclaredPackage, Skill
from tests.support.fake_index import locked_wheel


def skill_locking(
    declared: Iterable[str], locked: Iterable[str], skill: str = "skills/a", **more: Any
) -> Skill:
    """A skill that declares requirements (from line 3) and locks `name==version` (lines 10, 20, …)."""
    manifest, file = f"{skill}/skill.yaml", f"{skill}/pylock.toml"
    packages = tuple(
        DeclaredPackage(requirement=Requirement(text), location=Location(file=manifest, line=number))
        for number, text in enumerate(declared, 3)
    )
    distributions = tuple(
        LockedDistribution(
            name=canonicalize_name(pin.split("==")[0]),
            version=Version(pin.split("==")[1]),
            wheels=(locked_wheel(pin),),
        )
        for pin in locked
    )
    lines = tuple(10 * number for number in range(1, len(locked) + 1))
    lock = Lock(file=file, target="linux", distributions=distributions, lines=lines)
    details: dict[str, Any] = {"manifest": manifest, "packages": packages, "locks": {"linux": lock}}
    return Skill(id=skill, skill_md=f"{skill}/SKILL.md", **(details | more))


def advisory(name: str = "GHSA-1", *fixes: str, **more: Any) -> Advisory:
    """An advisory of severity high that these versions fix."""
    details = {"severity": Severity.HIGH, "fixed_versions": tuple(map(Version, fixes))}
    return Advisory(id=name, **(details | more))


@dataclass
class RangeScanner:
    """Each advisory affects the versions of its name that are below the bound: name → [(bound, advisory)]."""

    known: Mapping[str, Iterable[tuple[str, Advisory]]]
    name: str = "pip-audit"
    database: str = "snapshot 2026-11-20, sha256:0123456789abcdef, 3 records"
    version: str = "1.0"
    fails_from: int | None = None
    asked: list[frozenset[Pin]] = field(default_factory=list)

    def scan(self, pins: frozenset[Pin]) -> ScanReport:
        self.asked.append(pins)
        if self.fails_from is not None and len(self.asked) >= self.fails_from:
            raise Unanswered(self.name, "killed by signal 9")
        found = {pin: tuple(self._about(pin)) for pin in pins}
        return ScanReport(engine=self.name, version=self.version, found=found)

    def _about(self, pin: Pin) -> Iterable[Advisory]:
        for bound, one in self.known.get(pin.name, ()):
            if pin.version < Version(bound):
                fixes = tuple(fix for fix in one.fixed_versions if fix > pin.version)
                yield one.model_copy(update={"fixed_versions": fixes})


class Quiet:
    """No progress."""

    def step(self, stage: str, detail: str = "") -> None:
        pass
