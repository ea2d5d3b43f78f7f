"""docs/github-commands.md shows what the commands print. PROCTOR_UPDATE_DOCS=1 writes that anew."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from checker.github.outputs import outputs_of
from checker.model.verdict import DecisionWord, Verdict
from tests.cli.conftest import packaged
from tests.cli.test_rescan import APPROVED, record, snapshot
from tests.github.jobs import NOW
from tests.github.test_publish import PASSING, run_of
from tests.github.test_rescan import ONE_ENGINE

PAGE = Path(__file__).parents[2] / "docs/github-commands.md"


def held(kind, first, text):
    """Hold the block that begins with the line `first` to `text`."""
    page = PAGE.read_text()
    text = re.sub(r"\b[0-9a-f]{40}\b", "a" * 40, re.sub(r"\b[0-9a-f]{12}\b", "a" * 12, text))
    start = re.escape(f"```{kind}\n{first}")
    found = re.search(rf"{start}(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    assert found is not None, first
    if os.environ.get("PROCTOR_UPDATE_DOCS") == "1":
        PAGE.write_text(page[: found.start(1)] + text + page[found.end(1) :])
    else:
        assert found[1] == text


@pytest.mark.slow
def test_ci(jobs):
    jobs.origin.git("checkout", "-q", "-b", "change")
    head = jobs.origin.commit(packaged("tables", "requests"))
    jobs.origin.git("checkout", "-q", "main")
    made = jobs.github.add_pull(7, head, jobs.origin.head())
    done = jobs.ci("pull_request", {"pull_request": made}, jobs.clone(head))
    held("console", "$ proctor ci --offline --sandbox never\n", done.out)


@pytest.mark.slow
def test_publish(jobs, tmp_path):
    head = jobs.origin.commit({"skills/letters/SKILL.md": "x\n"})
    jobs.github.add_pull(7, head, jobs.origin.git("rev-parse", "HEAD~1"), fork=True)
    (tmp_path / "verdict.json").write_text(json.dumps({**PASSING, "head": head, "base": head}))
    done = jobs.step("workflow_run", run_of(head), "publish", tmp_path / "verdict.json")
    held("console", "$ proctor publish verdict.json\n", done.out)


@pytest.mark.slow
def test_rescan(jobs, tmp_path):
    jobs.origin.commit(
        {
            **packaged("tables", "pandas", "jinja2"),
            "policies/packages.yaml": APPROVED,
            "policies/maturity.yaml": ONE_ENGINE,
        }
    )
    pandas = record("GHSA-aaaa-bbbb-cccc", "pandas")
    monday = snapshot(tmp_path / "monday", record("GHSA-dddd-eeee-ffff", "numpy"))
    friday = snapshot(tmp_path / "friday", pandas)
    clone, saved = jobs.clone(jobs.origin.head(), None), tmp_path / "verdict.json"
    call = ("rescan", clone, "--offline", "--save", saved, "--publish", "--advisories")
    jobs.step("schedule", {}, *call, monday, "--now", "2026-11-20")
    done = jobs.step("schedule", {}, *call, friday, "--now", "2026-11-24", "--previous", saved)
    lines = [line for line in done.err.splitlines() if "#" in line]
    command = "$ proctor rescan --advisories friday --previous verdict.json --save verdict.json --publish\n"
    held("console", command, done.out + "\n".join(lines) + "\n")
    held("markdown", "", jobs.github.issues[1]["body"].rstrip() + "\n")


def test_the_page_names_every_output():
    verdict = Verdict(decision=DecisionWord.PASS, now=NOW, head="work tree")
    told = set(re.findall(r"`([a-z-]+)`", PAGE.read_text().partition("### Outputs")[2].partition("###")[0]))
    assert set(outputs_of(verdict)) <= told


def test_the_page_names_every_option():
    from checker.cli.ci import command

    said = PAGE.read_text()
    shared = {"--now", "--cache", "--offline", "--help"}
    options = {o for p in command.params for o in (*p.opts, *p.secondary_opts) if o.startswith("--")}
    assert {o for o in options - shared if o not in said} == {"--publish"} - set(
        re.findall("--publish", said)
    )
