"""The registry: every reporter stands every verdict, and costs nothing until it is used."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from hypothesis import given

from checker.reporters import REPORTERS
from checker.reporters.html_ import LIMIT
from checker.reporters.page import Page
from tests.support import verdicts as v
from tests.support.examples import examples
from tests.support.harmless import assert_harmless


@pytest.mark.parametrize("name", REPORTERS)
def test_a_report_is_text_that_ends_a_line(name):
    text = REPORTERS[name](v.sample())
    assert text.endswith("\n")
    assert text == REPORTERS[name](v.sample(), Page())


@pytest.mark.parametrize("name", [name for name in REPORTERS if name != "sarif"])
def test_every_report_begins_with_the_decision(name):
    assert "fail" in REPORTERS[name](v.sample()).splitlines()[2 if name == "json" else 0]


@pytest.mark.parametrize("name", REPORTERS)
def test_every_report_says_what_to_do_with_the_exact_command(name):
    text = REPORTERS[name](v.sample())
    for remedy in ("proctor lock skills/report", "proctor sandbox run skills/scraper scripts/fetch.py"):
        assert remedy in text


@pytest.mark.slow
@examples(40)
@given(v.verdicts)
def test_every_verdict_has_every_report(verdict):
    assert all(report(verdict) for report in REPORTERS.values())


def test_the_registry_loads_neither_rich_nor_pydantic():
    code = "import sys, checker.reporters; print(sorted({'rich', 'pydantic'} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


#: What each format may take, in bytes. A step's output has no limit of its own; 64 kB are plenty.
LIMITS = {"markdown": 65_536, "summary": 1_048_576, "annotations": 65_536, "sarif": 10 * 2**20, "html": LIMIT}


@pytest.mark.parametrize("name", LIMITS)
@pytest.mark.parametrize(
    "text", ["x", "|", "`", "@", "\u202e", "技", "::", "\n", "<img src=x>", "{0}", "[a](b)"]
)
def test_ten_thousand_characters_of_anything_fit(name, text):
    long = (text * 10_000)[:10_000]
    found = v.finding(subject=long, message=long, file=long, remedy=long, rule=long, chain=(long,) * 50)
    report = REPORTERS[name](v.verdict_on(v.failed(found, found, skill=long)))
    assert len(report.encode()) <= LIMITS[name]
    if name == "annotations":  # its own commands; what they hold is decoded in test_annotations.py
        report = re.sub("^::(notice|error) ", "", report, flags=re.MULTILINE)
    assert_harmless(report, kept="\n\t")
