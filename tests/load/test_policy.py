"""The policy's own settings: presets, merging, and errors that say where and what to write."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.errors import PolicyError
from checker.load import presets
from checker.load.policy import load_policy
from checker.model.level import Level
from checker.model.severity import Severity
from tests.support.policies import HEAD, MATURITY, PACKAGES, WAIVERS, policy_from
from tests.support.trees import MemoryTree, Symlink


def refused(maturity, packages=None, waivers=None):
    with pytest.raises(PolicyError) as caught:
        policy_from(maturity, packages, waivers)
    return caught.value


def test_three_lines_are_a_policy():
    policy = policy_from("version: 1\nextends: default\ndefault_maturity: supervised\n")
    assert policy.default_maturity is Level.SUPERVISED
    assert set(policy.levels) == set(Level)
    assert policy.file == MATURITY
    assert policy.entries == {}
    assert policy.waivers == ()


def test_every_preset_is_valid_and_extended_by_its_name():
    assert set(presets.names()) >= {"default", "strict"}
    for name in presets.names():
        assert policy_from(f"version: 1\nextends: {name}\n").targets


def test_what_the_presets_promise():
    default, strict = policy_from(HEAD), policy_from("version: 1\nextends: strict\n")
    assert (default.transitive, strict.transitive) == ("covered", "registered")
    assert (default.skill_format, strict.skill_format) == ("lenient", "strict")
    assert (default.default_maturity, default.grants, strict.grants) == (Level.INTERN, None, ())
    assert default.indexes == ()
    assert all(strict.levels[level].require_tests for level in Level)


def test_a_level_is_merged_key_by_key_and_a_list_replaced():
    policy = policy_from(
        "version: 1\nlevels:\n  intern:\n    fail_on: critical\n    limits: {memory_mb: 64}\n"
        "targets:\n  - {name: mac, platform: aarch64-apple-darwin, python: 3.10}\n"
    )
    preset = policy_from(HEAD)
    intern = policy.levels[Level.INTERN]
    assert intern.fail_on is Severity.CRITICAL
    assert intern.limits == preset.levels[Level.INTERN].limits.model_copy(update={"memory_mb": 64})
    assert policy.levels[Level.STUDENT] == preset.levels[Level.STUDENT]
    assert [(t.name, t.python) for t in policy.targets] == [("mac", "3.10")]


def test_python_310_without_quotes_is_310():
    assert policy_from("version: 1\ndefault_python: 3.10\n").default_python == "3.10"


def test_grants_have_their_lines():
    policy = policy_from("version: 1\ngrants:\n  - skills: skills/a/*\n    levels: [intern, supervised]\n")
    assert policy.grants is not None
    assert policy.grants[0].levels == (Level.INTERN, Level.SUPERVISED)
    assert str(policy.grants[0].location) == f"{MATURITY}:3"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-01", dt.datetime(2026, 11, 1, tzinfo=dt.UTC)),
        ("2026-11-01T12:00:00Z", dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)),
        ("2026-11-01T12:00:00+02:00", dt.datetime(2026, 11, 1, 10, tzinfo=dt.UTC)),
        ("null", None),
    ],
)
def test_exclude_newer_is_utc(text, moment):
    policy = policy_from(f"version: 1\nlock:\n  exclude_newer: {text}\n")
    assert policy.lock.exclude_newer == moment
    assert policy.lock.max_packages == policy_from(HEAD).lock.max_packages


@pytest.mark.parametrize(
    ("body", "line", "words"),
    [
        ("extends: strct", 2, "no preset `strct`: use atom or default or strict (did you mean `strict`?)"),
        ("extends: ../../etc/passwd", 2, "no preset"),
        ("extends: [default]", 2, "should name a preset"),
        ("default_maturty: intern", 2, "unknown key `default_maturty` (did you mean `default_maturity`?)"),
        (
            "default_maturity: interm",
            2,
            "not one of student, intern, supervised, autonomous (did you mean `intern`?)",
        ),
        ("default_maturity: 0", 2, "`0` is not one of"),
        ("levels:\n  expert:\n    fail_on: low", 3, "`expert` is not one of student"),
        (
            "levels:\n  intern:\n    limits:\n      memory: 1",
            5,
            "unknown key `memory` (did you mean `memory_mb`?)",
        ),
        ("levels:\n  intern:\n    limits:\n      memory_mb: 1", 5, "greater than or equal to 32"),
        ("levels:\n  intern:\n    limits:\n      wall_seconds: nan", 5, "wall_seconds"),
        ("levels:\n  intern:\n    fail_on: error", 4, "one of low, medium, high, critical, not `error`"),
        ("levels:\n  intern:\n    require_tests: maybe", 4, "true or false"),
        ("levels: none", 2, "keys and values"),
        ("targets: []", 2, "should not be empty"),
        ("targets:\n  - {name: a, platform: x}\n  - {name: a, platform: y}", 2, "two targets are named `a`"),
        ("targets:\n  - name: A.B\n    platform: x", 3, "targets.name"),
        ("indexes: [http://index.example/index/]", 2, "https"),
        ("indexes: ['https://user:secret@index.example/']", 2, "user name or password"),
        ("indexes: [index.example]", 2, "not the address of an index"),
        ("indexes: ['https://[::1/']", 2, "not the address of an index"),
        ("source_builds: ['\u017fix']", 2, "not the name of a package"),
        ("default_python: 3.1\uff11", 2, "default_python"),
        ("lock: {exclude_newer: 1234567890}", 2, "not a date or time"),
        ("lock: {exclude_newer: 9999-12-31T23:59:59-12:00}", 2, "not a date or time"),
        ("sandbox: {base: 'python:3.11\\nRUN evil'}", 2, "sandbox.base"),
        ("advisories: {require: [pip-audit, other]}", 2, "`other` is not one of pip-audit"),
        ("grants:\n  - skills: x\n    level: [intern]", 3, "`levels` is missing"),
        ("entries: {}", 2, "unknown key `entries`"),
        ("file: x", 2, "unknown key `file`"),
        ("waivers: []", 2, "unknown key `waivers`"),
    ],
)
def test_errors_have_file_line_and_advice(body, line, words):
    error = refused(f"version: 1\n{body}\n")
    assert (error.file, error.line) == (MATURITY, line)
    assert words in error.message


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("extends: default\n", 1, "`version` is missing"),
        ("# a comment\nversion: 2\n", 2, "written for version 2 of this file, newer than 1: upgrade Proctor"),
        ("version: 0\n", 1, "should be 1"),
        ("version: one\n", 1, "should be 1"),
        ("version: [1]\n", 1, "should be 1"),
        ("", 1, "version: 1"),
        ("- a\n- b\n", 1, "keys and values"),
        ("just text", 1, "keys and values"),
        ("version: 1\nversion: 1\n", 2, "duplicate key"),
    ],
)
@pytest.mark.parametrize("file", [MATURITY, PACKAGES, WAIVERS])
def test_every_file_has_a_version(file, text, line, words):
    tree = MemoryTree({MATURITY: HEAD, PACKAGES: "version: 1\npackages: []\n"}).with_files({file: text})
    with pytest.raises(PolicyError, match=file) as caught:
        load_policy(tree)
    assert (caught.value.file, caught.value.line) == (file, line)
    assert words in caught.value.message


def test_several_faults_are_told_together():
    error = refused("version: 1\ntransitive: some\nlock:\n  max_package: 3\n")
    assert error.line == 2
    assert "line 4: unknown key `max_package`" in error.message


def test_hostile_text_in_a_message_is_escaped():
    error = refused('version: 1\n"\\e[2Jkey\\u202e": 1\n')
    assert "\x1b" not in str(error)
    assert "\u202e" not in str(error)
    assert r"\x1b[2Jkey\u202e" in error.message


def test_no_policy_says_what_to_write():
    with pytest.raises(PolicyError) as caught:
        load_policy(MemoryTree())
    for words in (MATURITY, "version: 1", "extends: default", "default_maturity: intern"):
        assert words in str(caught.value)


@pytest.mark.parametrize(
    "name",
    ["policies/maturity.yml", "policies/Packages.yaml", "policies/waivers.YML", "Policies/maturity.yaml"],
)
def test_a_policy_file_with_a_nearly_right_name_is_not_overlooked(name):
    with pytest.raises(PolicyError, match="rename it to policies"):
        load_policy(MemoryTree({MATURITY: HEAD, name: HEAD}))


def test_unreadable_policy_files_are_policy_errors():
    for content in (Symlink("other.yaml"), b"\xff\xfe", "a: &x 1\n"):
        with pytest.raises(PolicyError):
            load_policy(MemoryTree({MATURITY: content}))


@given(st.binary(max_size=300), st.binary(max_size=300), st.binary(max_size=300))
def test_any_bytes_give_a_policy_or_a_policy_error(maturity, packages, waivers):
    tree = MemoryTree({MATURITY: maturity, PACKAGES: packages, WAIVERS: waivers})
    with pytest.raises(PolicyError):
        load_policy(tree)
    tree = MemoryTree({MATURITY: HEAD, PACKAGES: b"version: 1\npackages:\n" + packages})
    file = PACKAGES
    try:
        load_policy(tree)
    except PolicyError as error:
        file = error.file
    assert file == PACKAGES


_SETTINGS = [
    line.strip().split(":")[0]
    for line in (presets._folder() / "default.yaml").read_text().split("\n")
    if ":" in line and "#" not in line
]


@given(st.sampled_from(_SETTINGS), st.text("abc123.,:-[]{}'\" \n", max_size=30))
def test_any_value_of_a_setting_is_taken_or_refused(key, value):
    line: int | None = 1
    try:
        policy_from(f"version: 1\n{key}: {value}\n")
    except PolicyError as error:
        line = error.line
    assert line is not None
