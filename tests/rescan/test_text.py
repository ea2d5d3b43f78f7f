"""A rescan as text and as JSON: nothing foreign goes out raw, and the form is the published one."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema

from checker.escape import visible
from checker.model.rescan import Rescan
from checker.reporters.rescan import render_json, render_text, rescan_schema, schema_text
from checker.rules.advisories.rescan import compare
from tests.rescan.test_causes import BOTH, DEEP, LATE, judged, later
from tests.support.locked import skill_locking

VALIDATOR = jsonschema.Draft202012Validator(rescan_schema())
DOCS = Path(__file__).parents[2] / "docs"


def test_hostile_text_goes_out_escaped():
    evil = skill_locking(["deep"], ["deep==1.1"], skill="skills/\x1b[31m\n::set-output::x")
    found = compare(judged((evil,), {})[0], *later((evil,), DEEP))
    text = render_text(found)
    assert text == visible(text, newlines=True)
    assert "\x1b" not in text + render_json(found)
    VALIDATOR.validate(json.loads(render_json(found)))


def test_json_comes_back_as_it_went_out():
    found = compare(judged(BOTH, DEEP)[0], *later(BOTH, DEEP | LATE))
    assert Rescan.model_validate_json(render_json(found)) == found


def test_the_published_schema_is_the_models():
    hint = "python -m checker.reporters.rescan > docs/rescan-1.schema.json"
    assert (DOCS / "rescan-1.schema.json").read_text(encoding="utf-8") == schema_text(), hint
