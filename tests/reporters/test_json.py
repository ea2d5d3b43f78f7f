"""The published form of a verdict: keys, schema, and that it comes back as it went out."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given

from checker.model.evidence import PhaseEvidence
from checker.model.outcome import Finding, Outcome
from checker.model.verdict import EngineRun, SkillVerdict, Verdict
from checker.reporters.json_ import FIXED, document, render
from checker.reporters.schema import schema_text, verdict_schema
from tests.support import verdicts as v
from tests.support.harmless import assert_harmless

VALIDATOR = jsonschema.Draft202012Validator(verdict_schema())
DOCS = Path(__file__).parents[2] / "docs"


@given(v.verdicts)
def test_any_verdict_loads_back_equal(verdict):
    assert Verdict.model_validate_json(render(verdict)) == verdict


@given(v.verdicts)
def test_any_verdict_follows_the_schema(verdict):
    VALIDATOR.validate(json.loads(render(verdict)))


@given(v.verdicts)
def test_the_text_is_safe_to_print(verdict):
    assert_harmless(render(verdict), kept="\n")


def test_a_lone_surrogate_becomes_visible_text():
    verdict = v.sample().model_copy(update={"notes": ("a\ud800b",)})
    assert json.loads(render(verdict))["notes"] == ["a\\ud800b"]


def test_the_fixed_keys_are_always_there():
    empty = v.verdict_on(examinees=[v.examinee("skills/a")])
    assert document(empty) == {
        "version": 1,
        "decision": "inconclusive",
        "now": "2026-11-22T10:30:00Z",
        "base": v.BASE,
        "head": v.HEAD,
        "engines": [],
        "skills": [{"skill": "skills/a", "level": "intern", "decision": "inconclusive", "outcomes": []}],
    }


@pytest.mark.parametrize(
    ("noun", "keys"),
    [
        (Verdict, "version decision now base head engines skills"),
        (EngineRun, "name version ran reason"),
        (SkillVerdict, "skill decision outcomes"),
        (Outcome, "check status reason findings"),
        (Finding, "rule subject severity message file line remedy"),
    ],
)
def test_the_fixed_keys_are_those_that_were_promised(noun, keys):
    assert FIXED[noun] == set(keys.split())
    assert FIXED[noun] <= noun.model_fields.keys()


def test_keys_stand_in_one_order_and_text_is_readable():
    text = render(v.sample().model_copy(update={"notes": ("Grüße 技能 🧪",)}))
    assert list(json.loads(text))[:5] == ["version", "decision", "now", "base", "head"]
    assert "Grüße 技能 🧪" in text
    assert text.endswith("}\n")


def test_a_number_that_json_does_not_have_is_not_observed():
    assert (
        document(PhaseEvidence(phase="run", status="passed", wall_seconds=float("nan")))["wall_seconds"]
        is None
    )


def test_the_published_schema_is_the_models():
    hint = "python -m checker.reporters.schema > docs/schemas/verdict-1.schema.json"
    assert (DOCS / "schemas/verdict-1.schema.json").read_text(encoding="utf-8") == schema_text(), hint


def test_the_schema_is_one_and_names_its_version():
    schema = verdict_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["properties"]["version"]["const"] == 1
    assert schema["$id"].endswith(":1")


@pytest.mark.parametrize("key", ["version", "decision", "skills", "engines"])
def test_the_schema_refuses_a_verdict_without_a_fixed_key(key):
    verdict = {name: value for name, value in document(v.sample()).items() if name != key}
    with pytest.raises(jsonschema.ValidationError, match=f"'{key}' is a required property"):
        jsonschema.validate(verdict, verdict_schema())


def test_the_schema_lets_the_form_grow():
    jsonschema.validate({**document(v.sample()), "added_later": 1}, verdict_schema())


def test_every_key_is_documented():
    page = (DOCS / "verdict.md").read_text(encoding="utf-8")
    schema = verdict_schema()
    nouns = [schema, *schema["$defs"].values()]
    missing = {key for noun in nouns for key in noun.get("properties", {}) if f"`{key}`" not in page}
    assert not missing


def test_the_example_in_the_docs_follows_the_schema():
    page = (DOCS / "verdict.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    jsonschema.validate(json.loads(example), verdict_schema())
    verdict = Verdict.model_validate_json(example)
    assert render(verdict) == example
