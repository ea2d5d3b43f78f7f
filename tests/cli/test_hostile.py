"""What a pull request may hold to crash a run, or to be called clean without having been looked at."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest

from checker.checks import packages as packages_check
from tests.cli.conftest import POLICY, lock, packaged, prompt

QUICK = ("--offline", "--no-sandbox", "--only", "manifest", "--only", "lock", "--only", "packages")
ENDLESS = "9" * 5_000


def verdict_of(result):
    return json.loads(result.out)


def statuses(result, skill):
    (found,) = [one for one in verdict_of(result)["skills"] if one["skill"] == skill]
    return {outcome["check"]: outcome["status"] for outcome in found["outcomes"]}


def checked(proctor, repo, files, *options):
    repo.commit(files)
    return proctor("check", repo.path, "--format", "json", *QUICK, *options)


@pytest.mark.parametrize(
    "change",
    [
        ('requires-python = ">=3.11"', f'requires-python = ">={ENDLESS}"'),
        ('version = "2.2"', f'version = "{ENDLESS}"'),
        ('version = "2.2"', f'version = "2.2"\nmarker = "python_version < \'{ENDLESS}\'"'),
        ('version = "2.2"', f'version = "2.2"\nmarker = "{"(" * 3_000}os_name == \'x\'{")" * 3_000}"'),
    ],
)
def test_a_lock_made_to_crash_the_run_fails_its_own_skill_alone(proctor, repo, change):
    files = packaged("tables", "pandas")
    files["skills/tables/pylock.toml"] = lock("pandas").replace(*change)
    result = checked(proctor, repo, files)
    assert (result.code, statuses(result, "skills/tables")["lock"]) == (1, "failed")
    assert statuses(result, "skills/notes")["manifest"] == "passed"


def test_a_chain_of_a_thousand_is_judged_and_not_drawn(proctor, repo):
    names = [f"p{number}" for number in range(1_000)]
    links = pairwise(names)
    entries = {name: f'dependencies = [{{ name = "{below}" }}]' for name, below in links}
    text = lock("pandas", *names, requires=names[0])
    for name, edges in entries.items():
        start = text.index(f'name = "{name}"\n')
        text = text[:start] + text[start:].replace("dependencies = []", edges, 1)
    result = checked(proctor, repo, {**packaged("tables", "pandas"), "skills/tables/pylock.toml": text})
    assert (result.code, statuses(result, "skills/tables")["packages"]) == (0, "passed")
    drawn = proctor("tree", "tables", "--path", repo.path, "--offline")
    assert (drawn.code, "levels deep" in drawn.err) == (2, True)


@pytest.mark.parametrize("name", ["pylock.dev.toml", "PyLock.toml", "scripts/pylock.toml"])
def test_a_lock_for_no_target_is_not_overlooked(proctor, repo, name):
    result = checked(proctor, repo, {**prompt("notes"), f"skills/notes/{name}": lock("evil")})
    assert (result.code, statuses(result, "skills/notes")["manifest"]) == (1, "failed")


def test_a_change_cannot_shadow_the_policy_by_another_spelling(proctor, repo):
    repo.git("checkout", "-q", "-b", "feature")
    repo.commit({"Policies/packages.yaml": POLICY["policies/packages.yaml"]})
    result = proctor("check", repo.path, "--base", "main", "--format", "json", *QUICK)
    assert (result.code, "rename it" in result.out) == (1, True)


def test_a_target_nobody_knows_is_an_error_of_the_policy(proctor, repo):
    policy = "version: 1\ntargets:\n  - {name: a, platform: plan9}\n"
    result = checked(proctor, repo, {"policies/maturity.yaml": policy})
    assert (result.code, "policies/maturity.yaml:3" in verdict_of(result)["error"]) == (2, True)


def test_a_ban_without_versions_names_none(proctor, repo):
    files = {**packaged("tables", "evil"), "skills/tables/pylock.toml": "no lock"}
    assert "evil is banned" in checked(proctor, repo, files).out


def test_a_machine_that_cannot_write_ends_in_a_verdict(proctor, repo, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(packages_check, "examine", full)
    result = checked(proctor, repo, packaged("tables", "pandas"))
    assert (result.code, statuses(result, "skills/tables")["packages"]) == (3, "broken")
    assert "No space left on device" in result.out


@pytest.mark.parametrize("name", ["nowhere/verdict.json", "x" * 300])
def test_a_report_that_cannot_be_written_says_so_and_what_it_said(proctor, repo, tmp_path, name):
    result = proctor("check", repo.path, *QUICK, "--output", tmp_path / name)
    assert (result.code, result.out) == (2, "")
    assert "cannot be written" in result.err
    assert "the decision is pass" in result.err


def test_a_moment_before_time_began_is_a_usage_error(proctor, repo):
    result = proctor("check", repo.path, *QUICK, "--now", "0001-01-01T00:00+14:00")
    assert (result.code, "is not a date or time" in result.err) == (2, True)


@pytest.mark.parametrize("body", ["packages: evil", "packages: [nope nope]", "python: four"])
def test_a_waiver_for_the_manifest_does_not_make_what_is_unread_clean(proctor, repo, body):
    waiver = (
        "version: 1\nwaivers:\n  - {skill: skills/notes, rule: manifest, subject: skills/notes/skill.yaml,"
        " reason: later, owner: me, expires: 2026-12-01}\n"
    )
    files = {"skills/notes/skill.yaml": f"version: 1\n{body}\n", "policies/waivers.yaml": waiver}
    result = checked(proctor, repo, files, "--now", "2026-11-01")
    assert (result.code, statuses(result, "skills/notes")["packages"]) == (3, "broken")


@pytest.mark.parametrize("name", ["SKILL.md", "skill.yaml"])
@pytest.mark.parametrize("content", [b"a" * 1_000_001, b"\xff\xfe"])
def test_a_file_that_cannot_be_read_comes_with_what_to_do(proctor, repo, name, content):
    result = checked(proctor, repo, {**prompt("odd"), f"skills/odd/{name}": content})
    skills = {one["skill"]: one["outcomes"] for one in verdict_of(result)["skills"]}
    found = [finding for outcome in skills["skills/odd"] for finding in outcome["findings"]]
    assert all(finding["remedy"] and finding["file"] for finding in found)
    assert (result.code, len(found)) == (1, 1)
