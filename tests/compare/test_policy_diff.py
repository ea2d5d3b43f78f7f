"""Two policies: what differs, and which skills that touches."""

from __future__ import annotations

import datetime as dt

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from checker.model.base import Location
from checker.model.level import Level
from checker.model.lock import Lock, LockedDistribution
from checker.model.policy import (
    AdvisorySettings,
    Grant,
    LevelSettings,
    Limits,
    LockSettings,
    PackageStatus,
    Policy,
    RegistryEntry,
    SandboxSettings,
    Target,
    Waiver,
)
from checker.model.severity import Severity
from checker.model.skill import DeclaredPackage, Problem, Skill
from checker.rules.policy.diff import diff, touched

HERE, THERE = (
    Location(file="policies/packages.yaml", line=3),
    Location(file="policies/packages.yaml", line=99),
)
LEVEL = LevelSettings(
    fail_on=Severity.HIGH,
    unknown_severity="fail",
    network_attempts="fail",
    require_tests=False,
    max_waiver_days=90,
    limits=Limits(memory_mb=512, cpus=1, pids=64, wall_seconds=60, output_kb=64, tmp_mb=64),
)
POLICY = Policy(
    file="policies/maturity.yaml",
    default_maturity=Level.INTERN,
    default_python="3.11",
    skill_format="lenient",
    transitive="covered",
    on_broken="inconclusive",
    min_release_age_days=0,
    indexes=("https://index.example/index",),
    targets=(Target(name="linux", platform="x86_64-manylinux_2_28"),),
    source_builds=(),
    direct_sources=(),
    levels=dict.fromkeys(Level, LEVEL),
    grants=None,
    lock=LockSettings(max_packages=100, timeout_seconds=60, exclude_newer=None),
    advisories=AdvisorySettings(source="online", max_age_days=7, require=("pip-audit",)),
    sandbox=SandboxSettings(enabled=True, base="host", max_wheel_mb=100, max_unpacked_mb=1000),
)


def policy(**fields) -> Policy:
    return POLICY.model_copy(update=fields)


def entry(name: str, versions: str = "", location: Location = HERE, **fields) -> RegistryEntry:
    known = {"status": PackageStatus.APPROVED, "min_maturity": Level.INTERN, **fields}
    specifiers = SpecifierSet(versions)
    return RegistryEntry(name=canonicalize_name(name), versions=specifiers, location=location, **known)


def registry(*entries: RegistryEntry) -> Policy:
    return policy(entries={e.name: tuple(x for x in entries if x.name == e.name) for e in entries})


def waiver(glob: str, subject: str = "GHSA-1", location: Location = HERE) -> Waiver:
    day = dt.date(2027, 1, 1)
    return Waiver(
        skill=glob,
        rule="vulnerabilities",
        subject=subject,
        reason="r",
        owner="o",
        expires=day,
        location=location,
    )


def skill(*declared: str, locked: tuple[str, ...] = (), **fields) -> Skill:
    packages = tuple(DeclaredPackage(requirement=Requirement(name), location=HERE) for name in declared)
    pins = tuple(LockedDistribution(name=canonicalize_name(name), version=Version("1")) for name in locked)
    locks = {"linux": Lock(file="skills/a/pylock.toml", target="linux", distributions=pins)} if locked else {}
    return Skill(id="skills/a", skill_md="skills/a/SKILL.md", packages=packages, locks=locks, **fields)


def test_a_policy_does_not_differ_from_itself():
    full = registry(entry("a"), entry("b", "<2")).model_copy(update={"waivers": (waiver("**"),)})
    change = diff(full, full)
    assert not change.everything_changed
    assert touched(skill("a", "b", locked=("c",)), change) is None


def test_where_a_value_stands_does_not_count():
    before = policy(
        entries=registry(entry("a", ">=1,<2"), entry("a", "<1")).entries,
        waivers=(waiver("**"),),
        grants=(Grant(skills="**", levels=(Level.INTERN,), location=HERE),),
    )
    after = policy(
        file="elsewhere.yaml",
        entries=registry(entry("a", "<1", THERE), entry("a", "<2,>=1", THERE)).entries,
        waivers=(waiver("**", location=THERE),),
        grants=(Grant(skills="**", levels=(Level.INTERN,), location=THERE),),
    )
    change = diff(before, after)
    assert (change.entries, change.waivers, change.levels, change.keys) == (set(), set(), set(), ())


@pytest.mark.parametrize(
    "after",
    [
        registry(entry("a", "<3")),
        registry(entry("a", "<2", status=PackageStatus.BANNED)),
        registry(entry("a", "<2", min_maturity=Level.AUTONOMOUS)),
        registry(entry("a", "<2", expires=dt.date(2027, 1, 1))),
        registry(entry("a", "<2"), entry("a", "<1", status=PackageStatus.BANNED)),
        registry(),
    ],
)
@pytest.mark.parametrize("either", [skill("a"), skill("other", locked=("a",)), skill(locked=("a", "b"))])
def test_a_changed_entry_touches_who_declares_or_locks_it(after, either):
    before = registry(entry("a", "<2"))
    for change in (diff(before, after), diff(after, before)):
        assert change.entries == {"a"}
        assert touched(either, change) == "registry entry changed: a"
        assert touched(skill("b", locked=("c",)), change) is None


def test_names_are_compared_in_normal_form():
    assert (
        touched(skill("Zope_Interface"), diff(POLICY, registry(entry("zope.interface"))))
        == "registry entry changed: zope-interface"
    )


def test_a_skill_whose_packages_are_not_known_is_touched_by_every_entry():
    problem = Problem(message="broken", location=HERE, fatal=True)
    change = diff(POLICY, registry(entry("a")))
    for unknown in (skill("b", lock_problems={"linux": problem}), skill(problems=(problem,))):
        assert "cannot be read" in (touched(unknown, change) or "")
        assert touched(unknown, diff(POLICY, POLICY)) is None


def test_a_changed_waiver_touches_the_skills_it_names():
    change = diff(
        policy(waivers=(waiver("skills/b"),)), policy(waivers=(waiver("skills/b"), waiver("skills/*", "X")))
    )
    assert touched(skill(), change) == "waiver changed: X"
    assert touched(skill().model_copy(update={"id": "other/a"}), change) is None


def test_changed_level_settings_touch_skills_of_that_level():
    stricter = LEVEL.model_copy(update={"require_tests": True})
    change = diff(POLICY, policy(levels={**POLICY.levels, Level.INTERN: stricter}))
    assert touched(skill(), change) == "level settings changed: intern"
    assert touched(skill(maturity=Level.INTERN), change) == "level settings changed: intern"
    assert touched(skill(maturity=Level.STUDENT), change) is None


CHANGED = {
    "default_maturity": Level.STUDENT,
    "default_python": "3.12",
    "skill_format": "strict",
    "transitive": "registered",
    "on_broken": "fail",
    "min_release_age_days": 3,
    "indexes": (),
    "targets": (Target(name="other", platform="x86_64-manylinux_2_28"),),
    "source_builds": (canonicalize_name("a"),),
    "direct_sources": ("https://x.example/",),
    "grants": (),
    "lock": POLICY.lock.model_copy(update={"max_packages": 5}),
    "advisories": POLICY.advisories.model_copy(update={"max_age_days": 5}),
    "sandbox": POLICY.sandbox.model_copy(update={"enabled": False}),
}


def test_every_key_of_a_policy_is_either_narrow_or_tried_here():
    assert set(Policy.model_fields) - {"file", "entries", "waivers", "levels"} == set(CHANGED)


@pytest.mark.parametrize("key", CHANGED)
def test_any_other_key_touches_every_skill(key):
    change = diff(POLICY, policy(**{key: CHANGED[key]}))
    assert change.everything_changed
    assert touched(skill(), change) == f"policy changed: {key}"
