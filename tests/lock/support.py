"""What the tests of this folder share: an index client on loopback, and skills with locks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

from checker.engines.http import Http, Patience
from checker.engines.index import SimpleIndex
from checker.engines.uv import UvResolver, find_uv
from checker.engines.wheels import WheelStore
from checker.load.lockfile import parse_lock
from checker.model.base import Location
from checker.model.level import Level
from checker.model.plan import Exam, Examinee
from checker.model.policy import (
    AdvisorySettings,
    LevelSettings,
    Limits,
    LockSettings,
    Policy,
    SandboxSettings,
    Target,
)
from checker.model.severity import Severity
from checker.model.skill import DeclaredPackage, Skill

NOW = dt.datetime(2025, 6, 1, tzinfo=dt.UTC)
TARGET = Target(name="linux-x86-64", platform="x86_64-manylinux_2_28")
#: For what should be answered, also on a busy machine; the other is for what never will be.
PATIENT = Patience(connect=5.0, read=20.0, whole=60.0, retries=1, backoff=0.01, longest_retry_after=1)
IMPATIENT = Patience(connect=1.0, read=0.4, whole=0.6, retries=1, backoff=0.01, longest_retry_after=1)


class Client:
    """A `SimpleIndex` with its parts at hand. Use it in `with`, or its sockets stay open."""

    def __init__(self, folder: Path, *urls: str, patience: Patience = PATIENT) -> None:
        self.urls = urls
        self.folder = folder
        self.http = Http("package index", patience)
        self.store = WheelStore(folder / "wheels", self.http)
        self.index = SimpleIndex(urls, folder, self.http, self.store)

    def resolver(self, **options: Any) -> UvResolver:
        return UvResolver(find_uv(), self.urls, self.index, self.folder, parse_lock, **options)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()


def a_policy(**changes: Any) -> Policy:
    limits = Limits(memory_mb=256, cpus=1, pids=64, wall_seconds=60, output_kb=64, tmp_mb=64)
    settings = LevelSettings(
        fail_on=Severity.HIGH,
        unknown_severity="fail",
        network_attempts="fail",
        require_tests=False,
        max_waiver_days=90,
        limits=limits,
    )
    values: dict[str, Any] = {
        "file": "policies/maturity.yaml",
        "default_maturity": Level.INTERN,
        "default_python": "3.11",
        "skill_format": "lenient",
        "transitive": "covered",
        "on_broken": "inconclusive",
        "min_release_age_days": 0,
        "indexes": (),
        "targets": (TARGET,),
        "source_builds": (),
        "direct_sources": (),
        "levels": dict.fromkeys(Level, settings),
        "grants": None,
        "lock": LockSettings(max_packages=100, timeout_seconds=60, exclude_newer=None),
        "advisories": AdvisorySettings(source="online", max_age_days=30, require=()),
        "sandbox": SandboxSettings(enabled=False, base="host", max_wheel_mb=100, max_unpacked_mb=500),
    }
    return Policy(**{**values, **changes})


def a_skill(requirements: Iterable[str], locks: dict[str, str] | None = None, **changes: Any) -> Skill:
    """A skill that declares `requirements`; `locks` maps target names to lock text."""
    manifest = "skills/x/skill.yaml"
    packages = tuple(
        DeclaredPackage(requirement=Requirement(text), location=Location(file=manifest, line=4 + number))
        for number, text in enumerate(requirements)
    )
    parsed = {
        target: parse_lock(text.encode(), f"skills/x/pylock.{target}.toml", target)
        for target, text in (locks or {}).items()
    }
    values: dict[str, Any] = {
        "id": "skills/x",
        "skill_md": "skills/x/SKILL.md",
        "manifest": manifest,
        "packages": packages,
        "locks": parsed,
    }
    return Skill(**{**values, **changes})


def an_exam(*skills: Skill, **policy: Any) -> Exam:
    examinees = tuple(Examinee(skill=skill, level=Level.INTERN) for skill in skills)
    return Exam(policy=a_policy(**policy), examinees=examinees, now=NOW)
