"""`--profile` of `check`, `ci` and `rescan`: shares that are the whole; without it no trace. The page shows it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest

from checker.reporters.schema import verdict_schema
from tests.cli.conftest import packaged
from tests.support.osv import document, encoded, until

PAGE = (Path(__file__).parents[2] / "docs/performance.md").read_text(encoding="utf-8")
OFFLINE = ("--offline", "--now", "2026-11-22")


def whole(verdict):
    """The stages of a verdict, whose shares are the whole."""
    jsonschema.validate(verdict, verdict_schema())
    profile = verdict["profile"]
    for key in ("wall_seconds", "cpu_seconds"):
        assert sum(share[key] for share in profile["shares"]) == pytest.approx(profile[key], abs=2e-3)
    return {name for share in profile["shares"] for name in share["stages"]}


def test_check_says_it_in_the_verdict_and_on_standard_error(proctor, repo):
    repo.commit(packaged("tables", "pandas"))
    call = ("check", repo.path, *OFFLINE, "--no-sandbox", "--format", "json")
    done, plain = proctor(*call, "--profile"), proctor(*call)
    verdict = json.loads(done.out)
    assert whole(verdict) == {"start", "load", "lock", "checks", "judge", "report", "other"}
    assert done.err.startswith("where the time went")
    assert (plain.err, {**json.loads(plain.out), "profile": verdict["profile"]}) == ("", verdict)
    assert list(verdict)[-1] == "profile"


def test_every_other_report_stays_as_it_is(proctor, repo, tmp_path):
    call = ("check", repo.path, *OFFLINE, "--no-sandbox", "--format", "markdown")
    done, plain = proctor(*call, "--profile"), proctor(*call)
    assert (done.code, done.out) == (plain.code, plain.out)
    written = proctor(*call, "--profile", "--output", tmp_path / "report.md")
    assert (tmp_path / "report.md").read_text() == plain.out
    assert "\n  report " in written.err


def test_an_engine_that_is_asked_is_a_stage_and_a_rescan_saves_it(proctor, repo, tmp_path):
    repo.commit(packaged("tables", "pandas"))
    (tmp_path / "known").mkdir()
    (tmp_path / "known/GHSA-1.json").write_bytes(encoded(document("GHSA-1", until("pandas", "9"))))
    saved = tmp_path / "verdict.json"
    call = ("rescan", repo.path, *OFFLINE, "--advisories", tmp_path / "known", "--save", saved)
    done = proctor(*call, "--profile")
    assert "scan" in whole(json.loads(saved.read_text()))
    assert "\n  scan " in done.err
    again = proctor(*call, "--previous", saved)
    assert (again.code, "nothing new" in again.out, "profile" in saved.read_text()) == (
        done.code,
        True,
        False,
    )


def test_the_page_shows_what_is_printed(proctor, repo, monkeypatch):
    repo.commit(packaged("tables", "pandas"))
    monkeypatch.chdir(repo.path)
    (block,) = re.findall(r"```console\n\$ proctor (check .*--profile.*)\n((?:.*\n)*?)```", PAGE)
    done = proctor(*block[0].split(), "--now", "2026-11-22")
    assert timeless(done.out.splitlines()[-1:] + done.err.splitlines()) == timeless(block[1].splitlines()[1:])


def timeless(lines):
    """Without figures, which are other ones each time."""
    return [re.sub(r" +\d+(\.\d+ s|%)", " …", line) for line in lines]
