"""The committed advisories are well formed, say what the demo relies on, and agree with the databases."""

import json
import zipfile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from scripts.demo import ADVISORIES, ROOT

RECORDS = {path.stem: json.loads(path.read_text()) for path in ADVISORIES.glob("*.json")}
PUBLISHED = ROOT.parent / "shared" / "advisories" / "pypi-advisories-2024-10.zip"


def ids_for(requirement, *, withdrawn=False):
    """Records whose ranges hold a pinned version."""
    pin = Requirement(requirement)
    version = Version(next(iter(pin.specifier)).version)
    return {
        record["id"]
        for record in RECORDS.values()
        for affected in record["affected"]
        if canonicalize_name(affected["package"]["name"]) == pin.name
        and bool(record.get("withdrawn")) is withdrawn
        and any(in_range(version, r["events"]) for r in affected.get("ranges", []))
    }


def in_range(version, events):
    introduced, fixed = (next(e[key] for e in events if key in e) for key in ("introduced", "fixed"))
    return Version(introduced) <= version < Version(fixed)


@pytest.mark.parametrize("name", sorted(RECORDS))
def test_a_record_has_the_fields_that_scanners_read(name):
    record = RECORDS[name]
    assert record["id"] == name
    assert {"modified", "published", "aliases", "summary", "details", "affected"} <= set(record)
    assert all(affected["package"]["ecosystem"] == "PyPI" for affected in record["affected"])
    assert any(alias.startswith("CVE-") for alias in record["aliases"])


def test_what_the_demo_relies_on():
    assert ids_for("sqlparse==0.4.3") == {"PYSEC-2023-87", "GHSA-rrm6-wvj7-cwh2", "GHSA-2m57-hf25-phgg"}
    assert ids_for("mistune==2.0.2") == {"PYSEC-2022-237", "GHSA-fw3v-x4f2-v673"}
    assert ids_for("loguru==0.5.3") == set()
    assert ids_for("loguru==0.5.3", withdrawn=True) == {"GHSA-cvp7-c586-cmf4"}
    assert ids_for("pyyaml==6.0.3") == ids_for("jinja2==3.1.6") == set()


@pytest.mark.parametrize("name", sorted(n for n in RECORDS if n.startswith("PYSEC-")))
def test_facts_agree_with_the_published_record(name):
    if not PUBLISHED.exists():
        pytest.skip("the published records are not on this machine")
    with zipfile.ZipFile(PUBLISHED) as archive:
        published = json.loads(archive.read(f"{name}.json"))
    ours = RECORDS[name]
    for field in ("aliases", "published", "modified", "withdrawn", "severity"):
        assert ours.get(field) == published.get(field), field
    assert ecosystem_events(ours) == ecosystem_events(published)
    assert ours["details"].strip() != published["details"].strip()


def ecosystem_events(record):
    ranges = record["affected"][0].get("ranges", [])
    return [r["events"] for r in ranges if r["type"] == "ECOSYSTEM"]
