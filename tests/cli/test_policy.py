"""`proctor policy lint` and `policy test`, `migrate` and `schema`: exit codes and what is printed."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import POLICY, plain, prompt

NOW = ("--now", "2026-11-22")
CASE = "version: 1\nexpect:\n  - {package: pandas, version: '2', level: intern, decision: %s}\n"


@pytest.fixture
def folder(tmp_path):
    return plain(tmp_path / "repo", {**POLICY, **prompt("notes")})


def test_notes_alone_are_no_failure(proctor, folder):
    result = proctor("policy", "lint", folder, *NOW)
    assert (result.code, "notes" in result.out) == (0, True)


def test_a_warning_is_one(proctor, folder):
    (folder / "policies/waivers.yaml").write_text(
        "version: 1\nwaivers:\n  - {skill: '**', rule: lock, subject: a, reason: r, owner: o, expires: 2026-12-01}\n"
    )
    result = proctor("policy", "lint", folder, *NOW)
    assert (result.code, "[every-skill]" in result.out) == (1, True)


def test_hostile_text_is_shown_safely(proctor, folder):
    name = '"[31m\\u202e"'.replace("[31m", "\\u001b[31m")
    (folder / "policies/waivers.yaml").write_text(
        f"version: 1\nwaivers:\n  - {{skill: {name}, rule: lock, subject: a, reason: r, owner: o, expires: 2026-12-01}}\n"
    )
    out = proctor("policy", "lint", folder, *NOW).out
    assert ("\x1b" in out, "\u202e" in out, "\\x1b[31m" in out) == (False, False, True)


@pytest.mark.parametrize("command", ["lint", "test"])
def test_a_policy_that_cannot_be_read_is_exit_code_2(proctor, folder, command):
    (folder / "policies/maturity.yaml").write_text("version: 1\ndefault_maturity: senior\n")
    result = proctor("policy", command, folder)
    assert (result.code, "policies/maturity.yaml:2" in result.err) == (2, True)


@pytest.mark.parametrize(("decision", "code"), [("allow", 0), ("deny", 1)])
def test_cases(proctor, folder, decision, code):
    plain(folder, {"policies/tests/a.yaml": CASE % decision})
    result = proctor("policy", "test", folder)
    assert (result.code, "1 case:" in result.out) == (code, True)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "no case to try"),
        ({"policies/tests/a.yml": "x"}, "end in .yaml"),
        ({"policies/tests/a.yaml": CASE % "maybe"}, "policies/tests/a.yaml:3"),
        ({"policies/tests/a.yaml": CASE.replace("'2'", "two") % "allow"}, "is not a version such as"),
        ({"policies/tests/a.yaml": "expect: []\n"}, "`version` is missing"),
    ],
)
def test_cases_that_cannot_be_read_are_exit_code_2(proctor, folder, files, message):
    plain(folder, files)
    result = proctor("policy", "test", folder)
    assert (result.code, message in result.err) == (2, True), result.err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("version: 0\npackages: [{name: a, status: odd}]\n", "packages.yaml:2: status 'odd' is none of version 0"),
        ("version: 0\npackages: [{name: a, status: active, license: MIT}]\n", "unknown key `license`"),
        ("version: 0\npackages: [{name: a, status: active, approved_at: soon}]\n", "is not a date"),
        ("version: 2\npackages: []\n", "newer than 1"),
    ],
)  # fmt: skip
def test_what_cannot_be_migrated_is_left_alone(proctor, folder, text, message):
    (folder / "policies/packages.yaml").write_text(text)
    result = proctor("migrate", folder)
    assert (result.code, message in result.err) == (2, True), result.err
    assert (folder / "policies/packages.yaml").read_text() == text


def test_only_the_registry_has_an_older_version(proctor, folder):
    (folder / "policies/maturity.yaml").write_text("version: 0\n")
    result = proctor("migrate", folder)
    assert (result.code, "never was a version 0" in result.err) == (2, True)


def test_migrated_twice_changes_nothing_more(proctor, folder):
    (folder / "policies/packages.yaml").write_text(
        "packages: [{name: a, version: latest, status: UNTRUSTED}]\n"
    )
    assert proctor("migrate", folder).code == 0
    assert (
        folder / "policies/packages.yaml"
    ).read_text() == "version: 1\npackages:\n  - name: a\n    status: pending\n"
    assert "nothing to migrate" in proctor("migrate", folder).out


def test_schema_prints_json_and_refuses_other_names(proctor):
    assert json.loads(proctor("schema", "packages").out)["$id"] == "urn:proctor:packages:1"
    result = proctor("schema", "package")
    assert (result.code, "no schema is named" in result.err) == (2, True)
