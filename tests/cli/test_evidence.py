"""What a second run reuses, and says so: the whole command, in every report."""

from __future__ import annotations

import datetime as dt
import json
import re
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from checker.engines.reuse.kept import Kept
from checker.engines.sandbox import Engine, State
from checker.engines.sandbox.images.build import LABEL
from tests.cli.conftest import POLICY, SKILL_MD, Proctor, Result, packaged, plain
from tests.support.index_server import IndexServer
from tests.support.loopback import Loopback
from tests.support.osv import CVSS_HIGH, document, export, until
from tests.support.osv_api import osv_api
from tests.support.repos import ScratchRepo

NOW = "2024-05-10T00:00:00Z"
DATE = r"20\d\d-\d\d-\d\d \d\d:\d\d UTC"
OSV = "version: 1\nextends: default\nadvisories: {engines: [osv], require: [osv]}\n"
FORK = {"pull_request": {"head": {"repo": {"full_name": "someone/skills"}}}}


@pytest.fixture
def skills(tmp_path: Path) -> Path:
    """A work tree with a skill that locks pandas 2.2, and a snapshot of advisories beside it."""
    folder = plain(tmp_path / "repo", {**POLICY, **packaged("a", "pandas"), "policies/maturity.yaml": OSV})
    advisories(folder, document("GHSA-1", until("pandas", "3"), severity=[CVSS_HIGH]))
    return folder


def advisories(folder: Path, *records: dict[str, Any]) -> None:
    (folder.parent / "all.zip").write_bytes(export(document("GHSA-0", until("anchor", "1")), *records))


def check(proctor: Proctor, folder: Path, *flags: object) -> Result:
    given = ("--offline", "--no-sandbox", "--now", NOW, "--advisories", folder.parent / "all.zip")
    return proctor("check", folder, "--worktree", "--only", "vulnerabilities", *given, *flags)


def verdict(proctor: Proctor, folder: Path, *flags: object) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(check(proctor, folder, "--format", "json", *flags).out)
    return found


def osv(found: dict[str, Any]) -> dict[str, Any]:
    return next(engine for engine in found["engines"] if engine["name"] == "osv")


def records(folder: Path) -> list[Path]:
    return sorted((folder.parent / "cache/evidence").rglob("*.json"))


def test_a_second_run_reuses_and_is_the_same_but_for_the_date(proctor, skills):
    first, second = verdict(proctor, skills), verdict(proctor, skills)
    reused = osv(second).pop("reused")
    assert reused["answers"] == 1
    assert abs(dt.datetime.now(dt.UTC) - dt.datetime.fromisoformat(reused["since"])) < dt.timedelta(minutes=5)
    assert first == second
    assert first["decision"] == "fail"


def test_online_only_what_changed_is_asked_within_the_hour(proctor, skills, monkeypatch):
    began = dt.datetime.now(dt.UTC)
    monkeypatch.setattr("checker.cli.evidence.Kept", partial(Kept, clock=lambda: began))
    call = ("check", skills, "--worktree", "--no-sandbox", "--only", "vulnerabilities", "--format", "json")
    with (
        IndexServer() as index,
        osv_api(document("GHSA-1", until("pandas", "3"), severity=[CVSS_HIGH])) as server,
    ):
        monkeypatch.setenv("UV_DEFAULT_INDEX", index.url)
        monkeypatch.setenv("PROCTOR_OSV_URL", server.url)

        def checked() -> tuple[str, int, list[str]]:
            """The decision, how many answers were reused, and the paths that were asked for."""
            server.asked.clear()
            found = json.loads(proctor(*call).out)
            return found["decision"], osv(found).get("reused", {}).get("answers", 0), asked(server)

        assert checked() == ("fail", 0, ["/v1/querybatch pandas", "/v1/vulns/GHSA-1"])
        assert checked() == ("fail", 1, [])
        plain(skills, packaged("a", "pandas", "numpy"))
        assert checked() == ("fail", 1, ["/v1/querybatch numpy"])
        call = (*call, "--fresh")
        assert checked() == ("fail", 0, ["/v1/querybatch numpy pandas", "/v1/vulns/GHSA-1"])


def asked(server: Loopback) -> list[str]:
    """Every request, with the names in it."""
    names = [
        [query["package"]["name"] for query in json.loads(one.body or b"{}").get("queries", ())]
        for one in server.asked
    ]
    return [" ".join([one.path, *more]) for one, more in zip(server.asked, names, strict=True)]


@pytest.mark.parametrize("form", ["terminal", "markdown", "html", "sarif"])
def test_every_report_says_the_date(proctor, skills, form):
    assert "reused" not in check(proctor, skills, "--format", form).out
    told = check(proctor, skills, "--format", form).out
    assert re.search(rf"osv: 1 answer of {DATE}, reused", told)


def test_another_snapshot_is_asked_anew(proctor, skills):
    verdict(proctor, skills)
    advisories(skills)
    found = verdict(proctor, skills)
    assert ("reused" in osv(found), found["decision"]) == (False, "pass")


def test_a_snapshot_that_has_become_too_old_is_not_saved_by_what_is_kept(proctor, skills):
    verdict(proctor, skills)
    found = verdict(proctor, skills, "--now", "2026-05-10")
    assert found["decision"] == "inconclusive"


def test_fresh_asks_anew(proctor, skills):
    verdict(proctor, skills)
    assert "reused" not in osv(verdict(proctor, skills, "--fresh"))
    assert "reused" in osv(verdict(proctor, skills))


def test_a_run_of_a_fork_keeps_nothing_and_has_what_trusted_runs_kept(proctor, skills, tmp_path, monkeypatch):
    (tmp_path / "event.json").write_text(json.dumps(FORK))
    job = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_REPOSITORY": "org/skills"}
    with monkeypatch.context() as fork:
        for name, value in {**job, "GITHUB_EVENT_PATH": str(tmp_path / "event.json")}.items():
            fork.setenv(name, value)
        verdict(proctor, skills)
        assert records(skills) == []
    assert "reused" not in osv(verdict(proctor, skills))
    with monkeypatch.context() as fork:
        for name, value in {**job, "GITHUB_EVENT_PATH": str(tmp_path / "event.json")}.items():
            fork.setenv(name, value)
        assert "reused" in osv(verdict(proctor, skills))


def test_a_rescan_asks_whatever_is_kept(proctor, skills):
    verdict(proctor, skills)
    (one,) = records(skills)
    before = one.read_bytes(), one.stat().st_mtime_ns
    given = ("--offline", "--now", NOW, "--advisories", skills.parent / "all.zip", "--worktree")
    assert proctor("rescan", skills, *given, "--save", skills.parent / "saved.json").code == 1
    assert "reused" not in osv(json.loads((skills.parent / "saved.json").read_text()))
    assert (one.read_bytes(), one.stat().st_mtime_ns) == before


@pytest.mark.parametrize("what", [b"", b"not json", b"0" * 64 + b"\n{}"])
def test_a_poisoned_record_changes_nothing(proctor, skills, what):
    first = verdict(proctor, skills)
    (one,) = records(skills)
    one.write_bytes(what)
    assert verdict(proctor, skills) == first
    assert "reused" in osv(verdict(proctor, skills))


def test_a_folder_that_cannot_be_used_is_done_without(proctor, skills):
    (skills.parent / "cache").mkdir()
    (skills.parent / "cache/evidence").write_text("not a folder")
    first, second = check(proctor, skills), check(proctor, skills)
    assert first == second
    assert "evidence" not in first.err


def test_an_age_that_is_none_is_a_usage_error(proctor, skills, monkeypatch):
    monkeypatch.setenv("PROCTOR_EVIDENCE_MAX_AGE", "a week")
    result = check(proctor, skills)
    assert (result.code, "is not an age" in result.err) == (2, True)


@pytest.mark.engine
@pytest.mark.slow
def test_an_unchanged_skill_is_run_once_and_a_changed_byte_runs_again(
    repo: ScratchRepo, proctor: Proctor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    skill = {
        "skills/adder/SKILL.md": SKILL_MD.format(name="adder"),
        "skills/adder/skill.yaml": "version: 1\ntest: [python, -m, pytest, -q]\n",
        "skills/adder/add.py": "def add(a, b):\n    return a + b\n",
        "skills/adder/test_add.py": "from add import add\n\n\ndef test_add():\n    assert add(1, 2) == 3\n",
    }
    repo.commit(skill)
    began = dt.datetime.now(dt.UTC)

    def checked(*flags: str) -> tuple[int, list[str | None], str]:
        """Containers that were made so far, dates of the phases, and the decision."""
        found = json.loads(
            proctor(
                "check", repo.path, "--offline", "--skill", "skills/adder", "--format", "json", *flags
            ).out
        )
        outcomes = [one for one in found["skills"][0]["outcomes"] if one["check"] == "sandbox"]
        phases = [phase for phase in outcomes[0]["evidence"]["phases"] if phase["status"] != "not_applicable"]
        made = _containers(State(tmp_path / "cache/sandbox").identity(), began)
        return made, [phase.get("reused") for phase in phases], found["decision"]

    try:
        assert checked() == (1, [None, None], "pass")
        made, dates, decision = checked()
        assert (made, all(dates), len(dates), decision) == (1, True, 2, "pass")
        told = proctor("check", repo.path, "--offline", "--skill", "skills/adder").out
        assert re.search(rf"sandbox, 1 skill: evidence of {DATE}, reused", told)
        repo.commit({"skills/adder/add.py": skill["skills/adder/add.py"].replace("+", "-")})
        assert checked() == (2, [None, None], "fail")
        assert checked() == (3, [None, None], "fail")  # red is seen anew
        repo.commit({"skills/adder/add.py": skill["skills/adder/add.py"]})
        assert checked()[0] == 3
        assert checked("--fresh") == (4, [None, None], "pass")
        monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere")
        assert proctor("check", repo.path, "--offline", "--skill", "skills/adder").code == 3
    finally:
        monkeypatch.delenv("DOCKER_HOST", raising=False)
        proctor("sandbox", "clean", "--max-size", "0")


def _containers(state: str, since: dt.datetime) -> int:
    """How many containers the engine has made for runs over this folder."""
    engine = Engine()
    try:
        label = f"{LABEL}.state={state}"
        ends = {"since": since, "until": dt.datetime.now(dt.UTC)}
        wanted = {"type": "container", "event": "create", "label": label}
        return sum(1 for _ in engine.api.events(decode=True, filters=wanted, **ends))
    finally:
        engine.close()
