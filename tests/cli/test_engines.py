"""Which advisory engines a run asks: by the policy, the flags and the environment."""

from __future__ import annotations

import datetime as dt
import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from checker.cli.wiring import Wiring
from checker.engines.osv import OsvOnline, OsvSnapshot
from checker.errors import UsageError
from checker.model.policy import AdvisorySettings
from tests.cli.conftest import POLICY, Proctor, packaged, plain
from tests.support.osv import CVSS_HIGH, document, export, until
from tests.support.verdicts import policy

NOW = "2024-05-10T00:00:00Z"


@pytest.fixture(autouse=True)
def no_key(monkeypatch):
    monkeypatch.delenv("SAFETY_API_KEY", raising=False)
    monkeypatch.delenv("PROCTOR_OSV_URL", raising=False)


def wiring(
    stack: ExitStack, tmp_path: Path, source: str = "online", offline: bool = False, **settings: Any
) -> Wiring:
    chosen = {"require": ("pip-audit", "osv"), "max_age_days": 30, **settings}
    made = policy(advisories=AdvisorySettings(source=source, **chosen))
    moment = dt.datetime(2024, 6, 1, tzinfo=dt.UTC)
    return Wiring(stack, made, None, moment, tmp_path / "cache", offline)


def asked(tmp_path: Path, *arguments: Any, **settings: Any) -> tuple[list[str], dict[str, str]]:
    with ExitStack() as stack:
        made = wiring(stack, tmp_path, *arguments, **settings)
        return [one.name for one in made.scanners()[0]], made.advisory_engines.absent


def test_by_default_all_that_can_be(tmp_path, monkeypatch):
    assert asked(tmp_path) == (
        ["pip-audit", "osv"],
        {"safety": "no SAFETY_API_KEY in the environment: not required by the policy"},
    )
    monkeypatch.setenv("SAFETY_API_KEY", "made-up-0123456789")
    assert asked(tmp_path) == (["pip-audit", "osv", "safety"], {})


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        ({"engines": ("osv",), "require": ("osv",)}, ["osv"]),
        ({"engines": ("osv",), "require": ("pip-audit",)}, ["osv", "pip-audit"]),
        ({"engines": (), "require": ()}, []),
    ],
)
def test_the_policy_chooses(tmp_path, settings, names):
    assert asked(tmp_path, **settings) == (names, {})


def test_safety_has_no_part_in_a_run_over_a_snapshot_unless_it_is_required(tmp_path, monkeypatch):
    monkeypatch.setenv("SAFETY_API_KEY", "made-up-0123456789")
    names, absent = asked(tmp_path, "policies/osv.zip")
    assert (names, list(absent)) == (["pip-audit", "osv"], ["safety"])
    assert asked(tmp_path, "policies/osv.zip", require=("safety",))[0] == ["pip-audit", "osv", "safety"]
    assert asked(tmp_path, "policies/osv.zip", offline=True, require=("safety",))[0] == ["pip-audit", "osv"]


def test_offline_and_online_osv_are_one_engine(tmp_path):
    with ExitStack() as stack:
        online = wiring(stack, tmp_path, require=("osv",), engines=()).scanners()[0][0]
        offline = wiring(stack, tmp_path, "policies/osv.zip", require=("osv",), engines=()).scanners()[0][0]
    assert isinstance(online, OsvOnline)
    assert isinstance(offline, OsvSnapshot)


@pytest.mark.parametrize(
    "url", ["https://user:secret@osv.example", "ftp://osv.example", "osv.example", "http://"]
)
def test_the_address_of_a_mirror_is_checked(tmp_path, monkeypatch, url):
    monkeypatch.setenv("PROCTOR_OSV_URL", url)
    with pytest.raises(UsageError, match="PROCTOR_OSV_URL should be") as caught:
        asked(tmp_path)
    assert "secret" not in str(caught.value)


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    return plain(tmp_path / "repo", {**POLICY, **packaged("a", "pandas")})


def run(proctor: Proctor, repo: Path, *records: dict[str, Any]) -> dict[str, Any]:
    (repo.parent / "all.zip").write_bytes(export(document("GHSA-0", until("anchor", "1")), *records))
    flags = (
        "--offline",
        "--no-sandbox",
        "--now",
        NOW,
        "--advisories",
        repo.parent / "all.zip",
        "--format",
        "json",
    )
    verdict: dict[str, Any] = json.loads(
        proctor("check", repo, "--worktree", "--only", "vulnerabilities", *flags).out
    )
    return verdict


def test_two_engines_agree_over_a_snapshot_and_a_third_is_listed(proctor, repo):
    rated = document("GHSA-1", until("pandas", "3"), severity=[CVSS_HIGH])
    verdict = run(proctor, repo, rated, document("GHSA-2", until("pandas", "3")))
    engines = {one["name"]: (one["ran"], one["reason"]) for one in verdict["engines"]}
    assert engines["osv"] == engines["pip-audit"] == (True, "")
    assert engines["safety"] == (False, "it has no database that can be asked offline")
    outcome = next(one for one in verdict["skills"][0]["outcomes"] if one["check"] == "vulnerabilities")
    assert [one["reported_by"] for one in outcome["findings"]] == [["osv", "pip-audit"]] * 2
    assert all(
        one["message"].endswith("(2 of 2 engines agree: osv, pip-audit)") for one in outcome["findings"]
    )
    assert "severity unknown for 1 of 2 advisory findings (50 %)" in verdict["notes"]


def test_a_required_engine_without_its_key_is_broken(proctor, repo):
    (repo / "policies/maturity.yaml").write_text(
        "version: 1\nextends: default\nadvisories: {require: [osv, safety]}\n"
    )
    verdict = run(proctor, repo)
    outcome = next(one for one in verdict["skills"][0]["outcomes"] if one["check"] == "vulnerabilities")
    assert outcome["status"] == "broken"
    assert (
        outcome["reason"]
        == "safety: required by the policy, and it has no database that can be asked offline"
    )
