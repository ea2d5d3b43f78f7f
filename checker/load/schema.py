"""The shape of every file a person writes: its keys, their kinds and what must stand together.

Where the model already says it (limits, targets, …) the model's own class is used. `version` and `extends`
are read before these shapes are applied.
"""

from __future__ import annotations

from collections import Counter
from typing import Literal, Self

from pydantic import ConfigDict, Field, field_validator, model_validator

from checker.errors import UsageError
from checker.load.fields import (
    Day,
    IndexUrl,
    MinimumLevel,
    Name,
    PythonVersion,
    Text,
    Versions,
    lock_settings,
    refusal,
)
from checker.model.base import Frozen
from checker.model.level import Level
from checker.model.policy import (
    AdvisorySettings,
    LevelSettings,
    LockSettings,
    PackageStatus,
    SandboxSettings,
    Target,
)
from checker.model.severity import Severity
from checker.rules.lock.target_env import environment

_THRESHOLDS = (Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL)


class _File(Frozen):
    model_config = ConfigDict(arbitrary_types_allowed=True)


class GrantRow(_File):
    """One entry of `grants`."""

    skills: Text
    levels: tuple[Level, ...]


class MaturityFile(_File):
    """`policies/maturity.yaml`, merged over its preset."""

    default_maturity: Level
    default_python: PythonVersion
    skill_format: Literal["lenient", "strict"]
    transitive: Literal["covered", "registered"]
    on_broken: Literal["inconclusive", "fail"]
    min_release_age_days: int = Field(ge=0, le=3_650)
    indexes: tuple[IndexUrl, ...]
    targets: tuple[Target, ...] = Field(min_length=1)
    source_builds: tuple[Name, ...]
    direct_sources: tuple[Text, ...]
    levels: dict[Level, LevelSettings]
    grants: tuple[GrantRow, ...] | None
    lock: LockSettings
    advisories: AdvisorySettings
    sandbox: SandboxSettings

    @field_validator("lock", mode="before")
    @classmethod
    def _lock_times(cls, value: object) -> object:
        return lock_settings(value)

    @field_validator("targets")
    @classmethod
    def _distinct(cls, targets: tuple[Target, ...]) -> tuple[Target, ...]:
        if twice := [name for name, count in Counter(target.name for target in targets).items() if count > 1]:
            raise refusal("targets", f"two targets are named `{twice[0]}`")
        for number, target in enumerate(targets):
            try:
                environment("3.11", target.platform)
            except UsageError as error:
                raise refusal("targets", str(error), number, "platform") from error
        return targets

    @model_validator(mode="after")
    def _thresholds(self) -> Self:
        for level, settings in self.levels.items():
            if settings.fail_on not in _THRESHOLDS:
                message = f"should be one of {', '.join(_THRESHOLDS)}, not `{settings.fail_on}`"
                raise refusal("fail_on", message, "levels", level.value, "fail_on")
            for severity, days in settings.fix_within_days.items():
                if severity not in (*_THRESHOLDS, Severity.UNKNOWN) or not 0 <= days <= 3_650:
                    message = "should map low, medium, high, critical or unknown to 0 to 3650 days"
                    raise refusal("fix_within_days", message, "levels", level.value, "fix_within_days")
        return self


class PackageRow(_File):
    """One entry of `policies/packages.yaml`."""

    name: Name
    versions: Versions = Field(default="", validate_default=True)
    status: PackageStatus
    min_maturity: MinimumLevel | None = None
    reason: str = ""
    approved_by: Text | None = None
    approved_on: Day | None = None
    expires: Day | None = None

    @model_validator(mode="after")
    def _approval(self) -> Self:
        if self.status is PackageStatus.APPROVED:
            if self.min_maturity is None:
                raise refusal(
                    "approval", "an approval needs `min_maturity` (intern, supervised or autonomous)"
                )
            if not self.reason.strip():
                raise refusal("approval", "an approval needs a `reason`", "reason")
        return self


class PackagesFile(_File):
    """`policies/packages.yaml`."""

    packages: tuple[PackageRow, ...]


class WaiverRow(_File):
    """One entry of `policies/waivers.yaml`."""

    skill: Text
    rule: Text
    subject: Text
    reason: Text
    owner: Text
    expires: Day
    until_fixed: bool = False


class WaiversFile(_File):
    """`policies/waivers.yaml`."""

    waivers: tuple[WaiverRow, ...]


class SkillFile(_File):
    """`skill.yaml`. Requirements are text here; `checker.load.requirements` reads each one."""

    maturity: Level | None = None
    python: PythonVersion | None = None
    packages: tuple[str, ...] = ()
    test: tuple[str, ...] | None = None
