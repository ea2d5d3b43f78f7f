"""`docs/caching.md`: what it shows is what reports say, and its steps are ones that GitHub takes."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from checker.cli import evidence as wired
from checker.engines.reuse.kept import WEEK
from checker.model.advisory import Reused
from checker.model.evidence import PhaseEvidence, SandboxEvidence
from checker.model.outcome import Outcome
from checker.model.verdict import DecisionWord, EngineRun, SkillVerdict, Verdict
from checker.reporters import REPORTERS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/caching.md").read_text()
SEEN = dt.datetime(2026, 11, 22, 10, 2, 59, tzinfo=dt.UTC)


def block(language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


def verdict(*skills: str) -> Verdict:
    phase = PhaseEvidence(phase="tests", status="passed", reused=SEEN)
    outcome = Outcome(check="sandbox", skill="", status="passed", evidence=SandboxEvidence(phases=(phase,)))
    return Verdict(
        decision=DecisionWord.PASS,
        now=SEEN + dt.timedelta(hours=1),
        head="work tree",
        engines=(EngineRun(name="osv", ran=True, reused=Reused(since=SEEN, answers=12)),),
        skills=tuple(SkillVerdict(skill=s, decision=DecisionWord.PASS, outcomes=(outcome,)) for s in skills),
    )


def test_reports_say_what_the_page_shows() -> None:
    assert block("") in REPORTERS["terminal"](verdict("skills/a"))
    for form in ("markdown", "html", "sarif"):
        told = REPORTERS[form](verdict("skills/a"))
        assert all(line.split("  ", 1)[1] in told for line in block("").splitlines()), form
    assert "sandbox, 2 skills: evidence from 2026-11-22 10:02 UTC on" in REPORTERS["terminal"](
        verdict("a", "b")
    )
    found = REPORTERS["json"](verdict("skills/a"))
    assert found.count('"2026-11-22T10:02:59Z"') == 2
    assert Verdict.model_validate_json(found) == verdict("skills/a")


@pytest.mark.parametrize("form", ["terminal", "markdown", "html"])
def test_the_phases_of_a_skill_that_is_shown_have_the_date(form: str) -> None:
    failed = verdict("skills/a")
    skill = failed.skills[0].model_copy(update={"decision": DecisionWord.FAIL})
    told = REPORTERS[form](failed.model_copy(update={"skills": (skill,)}))
    assert re.search(r"leftovers.*evidence of 2026-11-22 10:02 UTC, reused", told) or form == "html"
    assert "evidence of 2026-11-22 10:02 UTC, reused" in told


def test_numbers_and_names_are_the_programs() -> None:
    assert (WEEK.days, "7 days") == (7, "7 days" if "7 days" in PAGE else "")
    assert f"{wired._MOST:,} records" in PAGE
    assert f"`{wired.MAX_AGE}`" in PAGE
    assert wired.evidence_folder(Path("x")).name == "evidence"
    assert "path: ~/.cache/proctor/evidence" in block("yaml")


def test_the_steps_are_valid_and_save_nothing_of_a_fork(tmp_path: Path) -> None:
    head = "on: [push, pull_request]\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n"
    workflow = tmp_path / "w.yml"
    workflow.write_text(head + block("yaml"))
    steps = yaml.safe_load(workflow.read_text())["jobs"]["a"]["steps"]
    restored, _, saved = steps
    assert restored["with"].items() >= saved["with"].items()
    assert "head.repo.full_name == github.repository" in saved["if"]
    pins = set(
        re.findall(r"actions/cache/\w+@(\S+ # \S+)", (ROOT / "examples/workflows/schedule.yml").read_text())
    )
    assert set(re.findall(r"actions/cache/\w+@(\S+ # \S+)", block("yaml"))) == pins
    actionlint = shutil.which("actionlint", path=str(Path(sys.executable).parent)) or shutil.which(
        "actionlint"
    )
    assert actionlint, "actionlint is not installed: run `make setup`"
    done = subprocess.run([actionlint, str(workflow)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
