"""The policy: levels, thresholds, limits, indexes and targets, the package registry and the waivers."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Literal

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from pydantic import ConfigDict, Field

from checker.model.base import Frozen, Location
from checker.model.level import Level
from checker.model.severity import Severity


class PackageStatus(StrEnum):
    """What the registry says of a package."""

    APPROVED = "approved"
    PENDING = "pending"
    BANNED = "banned"


class RegistryEntry(Frozen):
    """One entry of `policies/packages.yaml`. `expires` is the last day an approval holds (UTC)."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    name: NormalizedName
    versions: SpecifierSet
    status: PackageStatus
    min_maturity: Level
    reason: str = ""
    approved_by: str | None = None
    approved_on: dt.date | None = None
    expires: dt.date | None = None
    location: Location


class Waiver(Frozen):
    """A finding somebody accepted: `skill` is a path glob, `subject` what the finding is about.

    It counts up to and including `expires`; `until_fixed` also ends it when a fixed version exists.
    """

    skill: str
    rule: str
    subject: str
    reason: str
    owner: str
    expires: dt.date
    until_fixed: bool = False
    location: Location


class Limits(Frozen):
    """What a phase in the sandbox may use. Exceeding one is the skill's failure (`resource-limit`).

    `observe: network` lets a trusted process answer in the box's network, to tell where the skill wants to.
    """

    memory_mb: int = Field(ge=32, le=65_536)
    cpus: float = Field(gt=0, le=64)
    pids: int = Field(ge=16, le=32_768)
    wall_seconds: float = Field(gt=0, le=3_600)
    output_kb: int = Field(ge=1, le=65_536)
    tmp_mb: int = Field(ge=1, le=65_536)
    observe: Literal["counts", "network"] = "counts"


#: Rules over what the sandbox saw, whose weight a level may set (`network-attempt` has a key of its own).
BehaviourRule = Literal[
    "canary-touched", "escape-attempt", "orphan-process", "output-flood", "resource-limit", "wrote-outside"
]


class LevelSettings(Frozen):
    """What holds for skills of one level. `fail_on` is the lowest advisory severity that fails.

    `fix_within_days` gives advisories of a severity so many days from their publication before they fail.
    `behaviour` is what a rule over the sandbox's evidence comes to; without an entry its default holds.
    """

    fail_on: Severity
    unknown_severity: Literal["fail", "warn"]
    network_attempts: Literal["fail", "warn"]
    require_tests: bool
    max_waiver_days: int = Field(ge=0, le=3_650)
    limits: Limits
    fix_within_days: dict[Severity, int] = {}
    behaviour: dict[BehaviourRule, Literal["fail", "warn"]] = {}


class Target(Frozen):
    """What a lock is made for. `platform` is a uv platform, `python` None means the skill's own version."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    platform: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$")
    python: str | None = Field(default=None, pattern=r"^3\.[0-9]{1,2}$")


class Grant(Frozen):
    """Skills under the path glob `skills` may declare these levels."""

    skills: str
    levels: tuple[Level, ...]
    location: Location | None = None


#: The advisory engines there are.
EngineName = Literal["pip-audit", "osv", "safety"]


class AdvisorySettings(Frozen):
    """Where advisories come from: `online`, `pulled`, or a snapshot (in the repository, or a URL).

    `engines` are asked where they can be, those in `require` must have answered. `export` is what `proctor
    advisories pull` fetches. Under `only_new` an advisory that the merge base's lock of the same skill
    already had only warns, under `fixable_only` one that nobody has fixed yet.
    """

    source: str
    max_age_days: int = Field(ge=0, le=3_650)
    engines: tuple[EngineName, ...] = ("pip-audit", "osv", "safety")
    require: tuple[EngineName, ...]
    export: str = "https://osv-vulnerabilities.storage.googleapis.com/PyPI/all.zip"
    only_new: bool = False
    fixable_only: bool = False


class SandboxSettings(Frozen):
    """How images are made. `base` is `host` or an image pinned by digest (`name@sha256:…`)."""

    enabled: bool
    base: str = Field(pattern=r"^(host|[a-z0-9][a-z0-9._/:-]{0,200}@sha256:[0-9a-f]{64})$")
    max_wheel_mb: int = Field(ge=1, le=65_536)
    max_unpacked_mb: int = Field(ge=1, le=65_536)


class LockSettings(Frozen):
    """Limits of `proctor lock`. `exclude_newer` fixes the newest upload time a lock may use."""

    max_packages: int = Field(ge=1, le=10_000)
    timeout_seconds: float = Field(gt=0, le=3_600)
    exclude_newer: dt.datetime | None


class Policy(Frozen):
    """A whole policy. `file` and `revision` say where it was read; `entries` is by normal name."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    file: str
    default_maturity: Level
    default_python: str = Field(pattern=r"^3\.[0-9]{1,2}$")
    skill_format: Literal["lenient", "strict"]
    transitive: Literal["covered", "registered"]
    on_broken: Literal["inconclusive", "fail"]
    min_release_age_days: int = Field(ge=0, le=3_650)
    indexes: tuple[str, ...]
    targets: tuple[Target, ...] = Field(min_length=1)
    source_builds: tuple[NormalizedName, ...]
    direct_sources: tuple[str, ...]
    levels: dict[Level, LevelSettings]
    grants: tuple[Grant, ...] | None
    lock: LockSettings
    advisories: AdvisorySettings
    sandbox: SandboxSettings
    entries: dict[NormalizedName, tuple[RegistryEntry, ...]] = {}
    waivers: tuple[Waiver, ...] = ()

    def level_of(self, declared: Level | None) -> Level:
        """The level a skill is judged at."""
        return declared or self.default_maturity

    def lock_file(self, target: Target) -> str:
        """Name of a skill's lock for `target`: `pylock.toml` for the first one, named ones for the rest."""
        return "pylock.toml" if target.name == self.targets[0].name else f"pylock.{target.name}.toml"
