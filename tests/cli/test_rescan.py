"""`proctor rescan`, with the real pip-audit over two snapshots. docs/rescan.md shows this very session."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import packaged
from tests.support.osv import CVSS_HIGH, document, encoded, until

PAGE = (Path(__file__).parents[2] / "docs/rescan.md").read_text(encoding="utf-8")
DATED = {"published": "2026-11-18T00:00:00Z", "severity": [CVSS_HIGH]}
APPROVED = "version: 1\npackages:\n" + "".join(
    f"  - {{name: {name}, status: approved, min_maturity: intern, reason: useful{more}}}\n"
    for name, more in {"pandas": "", "numpy": ", expires: 2026-11-25", "jinja2": ""}.items()
)
WAIVED = (
    "version: 1\nwaivers:\n  - {skill: skills/plots, rule: vulnerabilities, subject: GHSA-aaaa-bbbb-cccc,\n"
    "     reason: never called, owner: '@org/security', expires: 2026-11-26}\n"
)


def record(name, package, fixed="2.3", modified="2026-11-20T00:00:00Z"):
    return document(name, until(package, fixed), modified=modified, **DATED)


def snapshot(folder, *records):
    folder.mkdir()
    for one in records:
        (folder / f"{one['id']}.json").write_bytes(encoded(one))
    return folder


@pytest.fixture
def known(repo, tmp_path):
    """Three skills, and two snapshots: an advisory is new in the second one, one is gone."""
    repo.commit(
        {
            **packaged("tables", "pandas", "jinja2"),
            **packaged("plots", "pandas", "numpy"),
            "policies/packages.yaml": APPROVED,
            "policies/waivers.yaml": WAIVED,
        }
    )
    pandas, numpy = record("GHSA-aaaa-bbbb-cccc", "pandas"), record("GHSA-dddd-eeee-ffff", "numpy")
    fresh = record("GHSA-gggg-hhhh-jjjj", "jinja2", "3.0", "2026-11-27T00:00:00Z")
    return snapshot(tmp_path / "monday", pandas, numpy), snapshot(tmp_path / "friday", pandas, fresh)


@pytest.mark.slow
def test_over_two_snapshots_it_tells_what_changed_and_why_and_nothing_twice(proctor, repo, known, tmp_path):
    monday, friday = known
    saved = tmp_path / "verdict.json"
    call = ("rescan", repo.path, "--offline", "--save", saved)
    first = proctor(*call, "--advisories", monday, "--now", "2026-11-23")
    second = proctor(*call, "--advisories", friday, "--now", "2026-11-27", "--previous", saved)
    third = proctor(*call, "--advisories", friday, "--now", "2026-11-27T12:00:00Z", "--previous", saved)
    assert [first.code, second.code, third.code] == [1, 1, 1]
    assert "nothing to compare with" in first.out
    commit = repo.head()
    assert "\nnothing new\n" in third.out
    shown = second.out.replace(commit, "a" * 40)
    session = f"$ proctor rescan --advisories friday --previous verdict.json --save verdict.json\n{shown}"
    assert f"```console\n{session}```" in PAGE, session
    form = proctor(
        *call, "--advisories", friday, "--now", "2026-11-28", "--previous", saved, "--format", "json"
    )
    assert json.loads(form.out)["changes"] == []


@pytest.mark.slow
def test_a_verdict_of_check_will_do_and_runs_repeat_bit_for_bit(proctor, repo, known, tmp_path):
    monday, friday = known
    base = tmp_path / "verdict.json"
    proctor("check", repo.path, "--offline", "--no-sandbox", "--advisories", monday, "--now", "2026-11-23",
            "--format", "json", "--output", base)  # fmt: skip
    call = (
        "rescan",
        repo.path,
        "--offline",
        "--advisories",
        friday,
        "--now",
        "2026-11-27",
        "--previous",
        base,
    )
    first, second = (proctor(*call, "--format", "json") for _ in range(2))
    assert first[:2] == second[:2]  # standard error says how long it took
    causes = {change["subject"]: change["cause"] for change in json.loads(first.out)["changes"]}
    assert causes == {
        "GHSA-gggg-hhhh-jjjj": "new advisory",
        "GHSA-dddd-eeee-ffff": "withdrawn advisory",
        "GHSA-aaaa-bbbb-cccc": "waiver expired",
        "numpy==2.2": "approval expired",
    }


VERDICT = {"version": 1, "decision": "pass", "now": "2026-11-23T00:00:00Z", "base": None, "head": "x",
           "engines": [], "skills": []}  # fmt: skip
SKILL = {"skill": "skills/a", "decision": "pass", "outcomes": []}
HOSTILE = {
    "empty": ("", "is no verdict of version 1"),
    "HTML": ("<html>", "is no verdict of version 1"),
    "deep": ("[" * 100_000, "is no verdict of version 1"),
    "newer": (json.dumps(VERDICT | {"version": 2}), "is no verdict of version 1"),
    "unknown key": (json.dumps(VERDICT | {"\x1b[31m": 2}), "is no verdict of version 1"),
    "of a change": (json.dumps(VERDICT | {"base": "main"}), "covers a change only"),
    "policy error": (json.dumps(VERDICT | {"error": "x"}), "could not read the policy"),
    "no offset": (json.dumps(VERDICT | {"now": "2026-11-23T00:00:00"}), "without an offset"),
    "from later": (json.dumps(VERDICT | {"now": "2027-01-01T00:00:00Z"}), "after now"),
    "twice": (json.dumps(VERDICT | {"skills": [SKILL, SKILL]}), "names a skill twice"),
}


@pytest.mark.parametrize(("text", "message"), HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_verdict_is_a_usage_error(proctor, repo, tmp_path, text, message):
    (tmp_path / "previous.json").write_text(text)
    result = proctor(
        "rescan", repo.path, "--offline", "--previous", tmp_path / "previous.json", "--now", "2026-12-01"
    )
    assert (result.code, message in result.err, "\x1b" in result.err) == (2, True, False)


def test_a_verdict_that_is_not_there_or_too_large(proctor, repo, tmp_path, monkeypatch):
    missing = proctor("rescan", repo.path, "--previous", tmp_path / "none.json")
    assert (missing.code, "cannot be read" in missing.err) == (2, True)
    monkeypatch.setattr("checker.commands.previous.MAX_BYTES", 10)
    (tmp_path / "large.json").write_text(json.dumps(VERDICT))
    large = proctor("rescan", repo.path, "--previous", tmp_path / "large.json")
    assert (large.code, "more than 10 bytes" in large.err) == (2, True)


def test_a_policy_that_cannot_be_read_is_exit_code_2(proctor, repo):
    repo.commit({"policies/maturity.yaml": "version: 1\nlevels: 3\n"})
    result = proctor("rescan", repo.path, "--offline")
    assert (result.code, "policies/maturity.yaml:2" in result.err) == (2, True)
