"""docs/reports.md shows what the commands print, and promises what the code does. PROCTOR_SNAPSHOTS=write."""

from __future__ import annotations

import json
import os
import re
import shlex
from pathlib import Path

import pytest

from checker.reporters import REPORTERS, html_, markdown, sarif, summary
from checker.reporters.annotations import MOST
from checker.reporters.sarif_rules import SECURITY_SEVERITY
from tests.cli.conftest import packaged, prompt
from tests.cli.test_docs import PACKAGES
from tests.support.repos import ScratchRepo

PAGE = Path(__file__).parents[2] / "docs/reports.md"
START = {
    "policies/maturity.yaml": "version: 1\nextends: default\n",
    "policies/packages.yaml": PACKAGES,
    **packaged("tables", "pandas", "left-pad-py"),
    **prompt("notes"),
}


@pytest.fixture
def run(proctor, tmp_path, monkeypatch):
    """Runs a line of the page in a repository of two skills."""
    repo = ScratchRepo(tmp_path / "repo")
    repo.commit(START, "Start with a policy")
    monkeypatch.chdir(repo.path)

    def shell(line: str) -> str:
        result = proctor(*shlex.split(line)[1:], "--now", "2026-11-22T10:00:00Z")
        return result.out + result.err

    return shell


def test_the_page_shows_what_the_commands_print(run):
    text = PAGE.read_text()

    def shown(match: re.Match[str]) -> str:
        return f"```console\n$ {match[1]}\n{run(match[1])}```\n"

    said = re.sub(r"^```console\n\$ ([^\n]*)\n.*?^```\n", shown, text, flags=re.MULTILINE | re.DOTALL)
    (result,) = json.loads(Path("proctor.sarif").read_text())["runs"][0]["results"]
    block = f"```json\n{json.dumps(result, indent=2, ensure_ascii=False)}\n```\n"
    said = re.sub(r"^```json\n.*?^```\n", lambda _: block, said, flags=re.MULTILINE | re.DOTALL)
    if os.environ.get("PROCTOR_SNAPSHOTS") == "write":
        PAGE.write_text(said)
    assert said == text, "PROCTOR_SNAPSHOTS=write accepts the new text"
    assert Path("report.html").read_text().startswith("<!doctype html>")


def test_every_format_and_limit_is_named():
    text = PAGE.read_text()
    assert re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE) == list(REPORTERS)
    limits = (markdown.COMMENT_BUDGET, summary.SUMMARY_BUDGET, sarif.MOST_RESULTS, html_.LIMIT)
    assert all(f"{limit:,}" in text for limit in limits)
    assert f"{MOST} errors and {MOST} warnings" in text
    assert all(f"| {severity} | {score} |" in text for severity, score in SECURITY_SEVERITY.items())


def test_its_pictures_are_there_and_small():
    pictures = re.findall(r"\]\((images/[^)]+)\)", PAGE.read_text())
    assert len(pictures) == len(list((PAGE.parent / "images").iterdir()))
    assert all(0 < (PAGE.parent / picture).stat().st_size < 200_000 for picture in pictures)
