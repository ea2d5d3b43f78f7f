"""`proctor sbom` on a repository. docs/sbom.md shows a part of this very output."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.cli.conftest import packaged
from tests.support.osv import CVSS_HIGH, document, encoded, until

PAGE = (Path(__file__).parents[2] / "docs/sbom.md").read_text(encoding="utf-8")
NOW = ("--now", "2026-11-22")


def test_without_advisories_it_says_so(proctor, repo):
    repo.commit(packaged("tables", "pandas", requires="numpy"))
    result = proctor("sbom", "tables", "--path", repo.path, "--offline", *NOW)
    assert result.code == 0
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(result.out) is None
    gaps = [
        p["value"] for p in json.loads(result.out)["metadata"]["properties"] if p["name"] == "proctor:gap"
    ]
    assert any(gap.startswith("vulnerabilities skipped: --offline") for gap in gaps)


@pytest.mark.slow
def test_the_page_shows_what_comes_out(proctor, repo, tmp_path):
    repo.commit(packaged("tables", "pandas", requires="numpy"))
    known = document(
        "GHSA-aaaa-bbbb-cccc", until("numpy", "2.3"), severity=[CVSS_HIGH],
        modified="2026-11-20T00:00:00Z", published="2026-11-18T00:00:00Z",
    )  # fmt: skip
    (tmp_path / "advisories").mkdir()
    (tmp_path / "advisories/one.json").write_bytes(encoded(known))
    output = tmp_path / "sbom.json"
    call = ("sbom", "tables", "--path", repo.path, "--offline", "--advisories", tmp_path / "advisories", *NOW)
    result = proctor(*call, "--output", output)
    assert (result.code, result.out) == (0, "")
    made = json.loads(output.read_text())
    shown = {"dependencies": made["dependencies"], "vulnerabilities": made["vulnerabilities"]}
    text = json.dumps(shown, indent=2)
    assert f"```json\n{text}\n```" in PAGE, text
    assert proctor(*call).out == output.read_text()


def test_a_skill_without_a_lock_is_a_usage_error(proctor, repo):
    result = proctor("sbom", "notes", "--path", repo.path, "--offline")
    assert (result.code, "has no readable lock" in result.err) == (2, True)


def test_an_engine_that_cannot_answer_is_exit_code_3_and_the_bill_is_there(proctor, repo, tmp_path):
    repo.commit(packaged("tables", "pandas"))
    result = proctor(
        "sbom", "tables", "--path", repo.path, "--offline", "--advisories", tmp_path / "none", *NOW
    )
    assert result.code == 3
    assert "vulnerabilities broken" in result.out
