"""The published schemas: they are the models', they are valid, and real files follow them."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from checker.cli.schema import text
from checker.load.json_schema import FILES, file_schema

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT / "docs/schemas"
NAMES = [*FILES, "verdict"]


def as_an_editor_reads(source: str):
    """YAML 1.2 as an editor's language server has it: dates are text."""

    def plain(value):
        match value:
            case dict():
                return {key: plain(one) for key, one in value.items()}
            case list():
                return [plain(one) for one in value]
            case dt.date():
                return value.isoformat()
            case _:
                return value

    return plain(YAML(typ="safe", pure=True).load(source))


def validator(name):
    return jsonschema.Draft202012Validator(file_schema(name))


def faults(name, source):
    return [error.message for error in validator(name).iter_errors(as_an_editor_reads(source))]


@pytest.mark.parametrize("name", NAMES)
def test_the_published_schema_is_the_models(name):
    published = SCHEMAS / f"{name}-1.schema.json"
    hint = "python -m checker schema --output docs/schemas"
    assert published.read_text(encoding="utf-8") == text(name), hint


def test_no_other_schema_is_published():
    assert {path.name for path in SCHEMAS.iterdir()} == {f"{name}-1.schema.json" for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_each_is_valid_and_describes_its_keys(name):
    schema = json.loads(text(name))
    jsonschema.Draft202012Validator.check_schema(schema)
    nouns = [schema, *schema.get("$defs", {}).values()] if name != "verdict" else []
    assert not [
        key for noun in nouns for key, one in noun.get("properties", {}).items() if not one.get("description")
    ]


@pytest.mark.parametrize("preset", sorted((ROOT / "policies").glob("*.yaml")), ids=lambda path: path.stem)
def test_presets_follow_it(preset):
    assert faults("maturity", preset.read_text()) == []


def test_the_examples_follow_them():
    policies = ROOT / "examples/skill-repo/policies"
    for name in ("maturity", "packages", "waivers"):
        assert faults(name, (policies / f"{name}.yaml").read_text()) == []
    manifests = list((ROOT / "examples/skill-repo/skills").glob("*/skill.yaml"))
    assert manifests
    assert [faults("skill", path.read_text()) for path in manifests] == [[]] * len(manifests)


def test_the_examples_of_the_reference_follow_them():
    page = (ROOT / "docs/policy.md").read_text()
    kinds = {
        "policies/maturity.yaml": "maturity",
        "policies/packages.yaml": "packages",
        "policies/waivers.yaml": "waivers",
        "policies/tests/registry.yaml": "policy-tests",
        "skills/tables/skill.yaml": "skill",
    }
    found = re.findall(r"```yaml\n# (\S+)\n(.*?)```", page, re.DOTALL)
    assert {file for file, _ in found} == set(kinds)
    assert [faults(kinds[file], block) for file, block in found] == [[]] * len(found)


@pytest.mark.parametrize(
    ("name", "source", "word"),
    [
        ("maturity", "extends: default", "version"),
        ("maturity", "version: 2", "not one of"),
        ("maturity", "version: 1\nextends: strct", "strct"),
        ("maturity", "version: 1\ntransitve: covered", "transitve"),
        ("maturity", "version: 1\nlevels: {intern: {fail_on: error}}", "error"),
        ("maturity", "version: 1\nlevels: {senior: {}}", "senior"),
        ("maturity", "version: 1\ntargets: [{name: x}]", "platform"),
        ("packages", "version: 1\npackages: [{name: a, status: approved}]", "min_maturity"),
        ("packages", "version: 1\npackages: [{name: a, status: active}]", "active"),
        ("packages", "version: 1\npackages: [{name: a, status: pending, min_maturity: student}]", "student"),
        (
            "waivers",
            "version: 1\nwaivers: [{skill: a, rule: lock, subject: a, reason: x, owner: o}]",
            "expires",
        ),
        ("skill", "version: 1\ntest: 3", "3"),
        (
            "policy-tests",
            "version: 1\nexpect: [{package: a, version: 1, level: intern, decision: maybe}]",
            "maybe",
        ),
    ],
)
def test_what_is_wrong_is_seen_in_the_editor(name, source, word):
    assert any(word in fault for fault in faults(name, source))


@pytest.mark.parametrize("python", ["3.11", '"3.11"', "3.9"])
def test_a_python_may_be_written_without_quotes(python):
    assert faults("skill", f"version: 1\npython: {python}\ntest: python -m pytest\n") == []
