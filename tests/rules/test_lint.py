"""`policy lint`, remark by remark: what is odd has its kind, its code and its line."""

from __future__ import annotations

import datetime as dt

import pytest

from checker.commands.policy import lint
from tests.cli.conftest import packaged, prompt
from tests.support.trees import MemoryTree

TODAY = dt.date(2026, 11, 22)
FULL = "approved_by: '@x', approved_on: 2026-01-01, expires: 2027-11-01"
APPROVED = f"status: approved, min_maturity: intern, reason: r, {FULL}"
WAIVER = "reason: r, owner: '@x'"


def remarks(packages=(), waivers=(), maturity="", **skills):
    files = {
        "policies/maturity.yaml": f"version: 1\n{maturity}",
        "policies/packages.yaml": _file("packages", packages),
        "policies/waivers.yaml": _file("waivers", waivers),
        **packaged("tables", "pandas"),
        **prompt("notes"),
    }
    found = lint(MemoryTree({**files, **skills}), TODAY)
    return [f"{r.location.file.removeprefix('policies/')}:{r.location.line} {r.kind} {r.code}" for r in found]


def _file(key, rows):
    return f"version: 1\n{key}: []\n" if not rows else f"version: 1\n{key}:\n" + "".join(f"  - {{{row}}}\n" for row in rows)  # fmt: skip


def test_a_sound_policy_has_nothing_to_remark():
    assert remarks([f"name: pandas, {APPROVED}"]) == []


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["name: pandas, status: banned, reason: r", f"name: pandas, versions: '>=2', {APPROVED}"],
         ["packages.yaml:4 error contradiction"]),
        (["name: pandas, versions: '==2.1', status: banned, reason: r", f"name: pandas, {APPROVED}"],
         ["packages.yaml:4 note overlap"]),
        ([f"name: pandas, versions: '>=2', {APPROVED}", f"name: Pandas, versions: '<3', {APPROVED}"],
         ["packages.yaml:4 warning overlap"]),
        ([f"name: pandas, versions: '>=2', {APPROVED}", f"name: pandas, versions: '<2', {APPROVED}"],
         ["packages.yaml:4 note unused"]),
        (["name: pandas, status: pending", f"name: pandas, {APPROVED}"], ["packages.yaml:3 warning overlap"]),
        ([f"name: numpy, {APPROVED}"], ["packages.yaml:3 note unused"]),
        (["name: numpy, status: pending"], ["packages.yaml:3 note unused"]),
        (["name: numpy, status: banned, reason: r"], []),
        (["name: numpy, status: banned"], ["packages.yaml:3 note no-reason"]),
        (["name: pandas, status: approved, min_maturity: intern, reason: r, expires: 2027-11-01"],
         ["packages.yaml:3 note no-approver"]),
        (["name: pandas, status: approved, min_maturity: intern, reason: r, approved_by: x"],
         ["packages.yaml:3 note no-expiry"]),
        ([f"name: pandas, {APPROVED}".replace("2027-11-01", "2026-11-21")], ["packages.yaml:3 warning expired"]),
        ([f"name: pandas, {APPROVED}".replace("2027-11-01", "2026-11-22")], ["packages.yaml:3 note expires-soon"]),
        ([f"name: pandas, {APPROVED}".replace("2027-11-01", "2025-12-31")], ["packages.yaml:3 error contradiction"]),
        ([f"name: pandas, {APPROVED}".replace("2026-01-01", "2026-12-01")], ["packages.yaml:3 warning future"]),
    ],
)  # fmt: skip
def test_the_registry(rows, expected):
    assert remarks(rows) == expected


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("skill: skills/tables, rule: lock, subject: x, expires: 2026-12-31", ["note cannot-tell"]),
        ("skill: skills/tables, rule: lok, subject: x, expires: 2026-12-31", ["error no-such-rule"]),
        ("skill: skills/tables, rule: lock, subject: x, expires: 2026-11-21", ["warning expired"]),
        ("skill: skills/table, rule: lock, subject: x, expires: 2026-12-31", ["warning matches-nothing"]),
        ("skill: '**', rule: lock, subject: x, expires: 2026-12-31", ["warning every-skill", "note cannot-tell"]),
        ("skill: skills/tables, rule: lock, subject: x, expires: 2027-12-31",
         ["warning over-cap", "note cannot-tell"]),
        ("skill: skills/tables, rule: packages, subject: Pandas, expires: 2026-12-31", []),
        ("skill: skills/tables, rule: packages, subject: numpy, expires: 2026-12-31", ["warning matches-nothing"]),
    ],
)  # fmt: skip
def test_waivers(row, expected):
    assert remarks(waivers=[f"{row}, {WAIVER}"]) == [f"waivers.yaml:3 {text}" for text in expected]


@pytest.mark.parametrize(
    ("skill", "rule", "subject", "expected"),
    [
        ("tables", "undeclared", "requests", []),
        ("tables", "undeclared", "rich", ["note cannot-tell"]),  # a wheel of the lock may tell of more
        ("notes", "undeclared", "requests", ["warning matches-nothing"]),
        ("tables", "unused", "pandas", []),
        ("tables", "unused", "Pandas", []),
        ("tables", "manifest", "skill.yaml", ["warning matches-nothing"]),
        ("tables", "confusables", "pandas", ["warning matches-nothing"]),
        ("tables", "packages", "pandas", ["warning matches-nothing"]),  # it is approved
        ("tables", "sources", "numpy", ["warning matches-nothing"]),
        ("tables", "sources", "pandas", ["note cannot-tell"]),  # from which host, the index tells
        ("tables", "vulnerabilities", "CVE-2026-1", ["note cannot-tell"]),
        ("notes", "vulnerabilities", "CVE-2026-1", ["warning matches-nothing"]),
        ("tables", "sandbox", "network", ["note cannot-tell"]),
        ("notes", "sandbox", "network", ["warning matches-nothing"]),
        ("tables", "release-age", "pandas", ["warning matches-nothing"]),  # the policy sets no minimum
    ],
)
def test_a_waiver_is_held_against_what_the_checks_find(skill, rule, subject, expected):
    row = f"skill: skills/{skill}, rule: {rule}, subject: {subject}, expires: 2026-12-31, {WAIVER}"
    found = remarks([f"name: pandas, {APPROVED}"], [row], **{"skills/tables/run.py": "import requests\n"})
    assert found == [f"waivers.yaml:3 {text}" for text in expected]


def test_what_would_tell_is_said():
    row = f"skill: skills/*, rule: %s, subject: x, expires: 2026-12-31, {WAIVER}"
    rules = ["vulnerabilities", "sandbox", "lock", "packages"]
    unlocked = {"skills/other/SKILL.md": "---\nname: other\ndescription: d\n---\n"}
    unlocked["skills/other/skill.yaml"] = "version: 1\npackages: [x]\n"
    files = {
        "policies/maturity.yaml": "version: 1\n",
        "policies/packages.yaml": _file("packages", [f"name: x, versions: '>=2', {APPROVED}"]),
        "policies/waivers.yaml": _file("waivers", [row % rule for rule in rules]),
        **packaged("tables", "pandas"),
        **unlocked,
    }
    said = [
        remark.message.partition("without ")[2]
        for remark in lint(MemoryTree(files), TODAY)
        if remark.code == "cannot-tell"
    ]
    assert said[:3] == ["a scan", "running the skill", "the package index"]
    assert said[3].startswith("an answer of `packages` for skills/other: lock it")


def test_a_waiver_said_twice():
    row = f"skill: skills/tables, rule: packages, subject: pandas, expires: 2026-12-31, {WAIVER}"
    assert remarks(waivers=[row, row]) == ["waivers.yaml:4 warning duplicate"]


def test_where_a_level_takes_no_waivers_each_is_named():
    row = f"skill: skills/tables, rule: packages, subject: pandas, expires: 2026-11-22, {WAIVER}"
    assert remarks(waivers=[row], maturity="extends: atom\n") == ["waivers.yaml:3 warning over-cap"]


def test_grants_that_no_skill_needs_or_that_repeat():
    grants = "grants:\n  - {skills: other/*, levels: [intern]}\n  - {skills: skills/*, levels: [intern]}\n  - {skills: skills/*, levels: [intern]}\n"
    assert remarks(maturity=grants) == [
        "maturity.yaml:3 warning matches-nothing",
        "maturity.yaml:5 warning duplicate",
    ]


def test_settings_that_nothing_uses():
    settings = (
        "source_builds: [numpy]\ndirect_sources: ['https://x.example/a.whl']\ndefault_maturity: student\n"
    )
    assert remarks([f"name: pandas, {APPROVED}"], maturity=settings) == [
        "maturity.yaml:2 note unused",
        "maturity.yaml:3 note unused",
        "maturity.yaml:4 note default-level",
    ]


def test_a_network_that_is_to_be_watched_where_none_is_seen():
    watched = "levels: {supervised: {limits: {observe: network}}}\n"
    assert remarks([], maturity=f"{watched}sandbox: {{runtime: runsc}}\n") == [
        "maturity.yaml:3 error contradiction"
    ]
    assert remarks([], maturity=watched) == []
    assert remarks([], maturity="sandbox: {runtime: runsc}\n") == []
    assert remarks([], maturity=f"{watched}sandbox: {{runtime: runsc, enabled: false}}\n") == []
