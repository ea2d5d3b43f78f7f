"""The bill of materials: valid by its schema, complete, honest about gaps, and the same every time."""

from __future__ import annotations

import json

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from checker.commands.sbom import bill_of
from checker.errors import UsageError
from checker.model.level import Level
from checker.model.plan import Examinee
from checker.model.severity import Severity
from checker.reporters.sbom import render
from checker.tools import Tools
from tests.support.fake_index import SHA, FakeIndex
from tests.support.locked import Quiet, RangeScanner, advisory, skill_locking
from tests.support.policies import entry
from tests.support.trees import MemoryTree
from tests.support.verdicts import NOW, policy, waiver

SERVED = {
    "app==1.0": ("deep>=1", "plain"),
    "app==2.0": ("deep>=1.6",),
    "deep==1.1": (),
    "deep==1.6": (),
    "plain==3": (),
}
KNOWN = {
    "deep": [("1.5", advisory("GHSA-1", "1.5", aliases=("CVE-1", "PYSEC-1"), published=NOW))],
    "plain": [("9", advisory("MAL-2024-1", severity=Severity.MALICIOUS))],
}
SKILL = skill_locking(["app"], ["app==1.0", "deep==1.1", "plain==3"], description="Sorts\x1b[31m things.")
VALIDATOR = JsonStrictValidator(SchemaVersion.V1_6)


def bill(known=KNOWN, *, skill=SKILL, index=True, scanner=None, target=None, off=None, **changes):
    by = policy(**({"entries": {"app": (entry("app"),)}} | changes))
    tools = Tools(
        head=MemoryTree(),
        progress=Quiet(),
        index=FakeIndex(SERVED) if index else None,
        scanners=() if off else (scanner or RangeScanner(known),),
        off={} if index else {"index": "--offline"} | ({"scan": off} if off else {}),
    )
    return bill_of(Examinee(skill=skill, level=Level.INTERN), by, target, tools, NOW)


def written(*args, **more):
    """The document, checked by the library's own validator."""
    text = render(bill(*args, **more))
    assert VALIDATOR.validate_str(text) is None
    return json.loads(text)


def props(thing):
    return {p["name"]: p["value"] for p in thing.get("properties", [])}


def test_components_with_purl_and_hash():
    document = written()
    assert (document["bomFormat"], document["specVersion"], document["version"]) == ("CycloneDX", "1.6", 1)
    assert document["metadata"]["timestamp"] == "2026-11-22T10:30:00+00:00"
    found = {c["bom-ref"]: c for c in document["components"]}
    assert list(found) == ["pkg:pypi/app@1.0", "pkg:pypi/deep@1.1", "pkg:pypi/plain@3"]
    assert found["pkg:pypi/deep@1.1"]["hashes"] == [{"alg": "SHA-256", "content": SHA}]
    assert all(c["purl"] == ref for ref, c in found.items())


def test_the_graph_starts_at_the_skill():
    document = written()
    graph = {d["ref"]: d.get("dependsOn", []) for d in document["dependencies"]}
    assert graph == {
        "skill:skills/a": ["pkg:pypi/app@1.0"],
        "pkg:pypi/app@1.0": ["pkg:pypi/deep@1.1", "pkg:pypi/plain@3"],
        "pkg:pypi/deep@1.1": [],
        "pkg:pypi/plain@3": [],
    }


def test_advisories_are_vulnerabilities_with_what_to_do():
    deep, plain = sorted(written()["vulnerabilities"], key=lambda v: v["id"])
    assert (deep["id"], [r["id"] for r in deep["references"]]) == ("GHSA-1", ["CVE-1", "PYSEC-1"])
    assert deep["ratings"] == [{"severity": "high"}]
    assert deep["affects"] == [
        {"ref": "pkg:pypi/deep@1.1", "versions": [{"status": "affected", "version": "1.1"}]}
    ]
    assert deep["analysis"] == {"response": ["update"], "state": "in_triage"}
    assert deep["recommendation"].startswith("run `proctor lock --upgrade skills/a`")
    assert props(deep)["proctor:chain"] == "app > deep"
    assert (plain["ratings"][0]["severity"], props(plain)["proctor:severity"]) == ("critical", "malicious")


def test_a_waiver_is_an_analysis_that_claims_no_more_than_it_says():
    accepted = waiver(subject="CVE-1")
    (deep,) = (v for v in written(waivers=(accepted,))["vulnerabilities"] if v["id"] == "GHSA-1")
    assert deep["analysis"] == {
        "detail": "policies/waivers.yaml:4, @org/security, until 2026-12-22: not reachable from here",
        "response": ["will_not_fix"],
    }
    assert props(deep)["proctor:effect"] == "waived"


def test_what_the_policy_denies_is_said():
    document = written(entries={"app": (entry("app"),), "plain": (entry("plain", status="banned"),)})
    (plain,) = (c for c in document["components"] if c["name"] == "plain")
    assert "plain 3 is banned" in props(plain)["proctor:denied"]


def test_gaps_are_said():
    silent = bill(scanner=RangeScanner({}, fails_from=1), index=False)
    assert silent.incomplete
    gaps = " | ".join(silent.gaps)
    assert "the package index was not asked" in gaps
    assert "vulnerabilities broken: pip-audit: killed by signal 9" in gaps
    skipped = bill(index=False, off="--offline, and no snapshot")
    assert "vulnerabilities skipped: --offline, and no snapshot" in skipped.gaps


def test_no_text_of_a_skill_goes_out_raw():
    text = render(bill())
    assert "\x1b" not in text
    assert "\\\\x1b" in text


def test_the_same_bill_is_the_same_bytes_and_another_one_is_not():
    assert render(bill()) == render(bill())
    serials = {
        json.loads(render(b))["serialNumber"]
        for b in (bill(), bill({}), bill(waivers=(waiver(subject="CVE-1"),)))
    }
    assert len(serials) == 3


def test_nothing_declared_of_what_is_locked_is_still_a_bill():
    lonely = skill_locking([], ["deep==1.6"])
    assert written(skill=lonely)["components"][0]["name"] == "deep"


def test_without_a_lock_there_is_no_bill():
    with pytest.raises(UsageError, match="has no readable lock: `proctor lock skills/a`"):
        bill(skill=SKILL.model_copy(update={"locks": {}}))
    with pytest.raises(UsageError, match="no such target: mac"):
        bill(target="mac")
