"""Every part of the policy, from the file to the verdict: waivers, expiry, grants, `transitive`, levels."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import packaged, plain, prompt

NOW = ("--now", "2026-11-22")
APPROVED = (
    "version: 1\npackages:\n  - {name: pandas, status: approved, min_maturity: intern, reason: tables%s}\n"
)


@pytest.fixture
def examined(proctor, tmp_path):
    def run(maturity="", packages=APPROVED % "", waivers="", **skills):
        files = {
            "policies/maturity.yaml": f"version: 1\n{maturity}",
            "policies/packages.yaml": packages,
            "policies/waivers.yaml": "version: 1\nwaivers:\n" + waivers
            if waivers
            else "version: 1\nwaivers: []\n",
            **(skills or packaged("tables", "pandas", requires="numpy")),
        }
        result = proctor("check", plain(tmp_path / "repo", files), "--worktree", "--offline", "--no-sandbox",
                         "--only", "manifest", "--only", "packages", "--format", "json", *NOW)  # fmt: skip
        return json.loads(result.out)

    return run


def said(verdict):
    return {f["subject"]: (f["effect"], f.get("waiver", "")) for s in verdict["skills"] for o in s["outcomes"] for f in o["findings"]}  # fmt: skip


def waiver(rule, subject, skill="skills/tables", expires="2026-12-31"):
    return (
        f"  - {{skill: {skill}, rule: {rule}, subject: {subject}, reason: r, owner: o, expires: {expires}}}\n"
    )


@pytest.mark.parametrize(("expires", "decision"), [("2026-11-22", "pass"), ("2026-11-21", "fail")])
def test_an_approval_holds_on_its_last_day_and_not_after(examined, expires, decision):
    assert examined(packages=APPROVED % f", expires: {expires}")["decision"] == decision


@pytest.mark.parametrize(("preset", "decision"), [("default", "pass"), ("strict", "fail"), ("atom", "fail")])
def test_transitive_by_preset(examined, preset, decision):
    grants = "grants: null\nskill_format: lenient\n"
    verdict = examined(f"extends: {preset}\n{grants}")
    assert verdict["decision"] == decision
    assert set(said(verdict)) == (set() if decision == "pass" else {"numpy==2.2"})


def test_strict_grants_no_level_until_the_repository_does(examined):
    assert "skills/tables/skill.yaml" in said(examined("extends: strict\ntransitive: covered\n"))
    granted = "grants: [{skills: skills/*, levels: [intern]}]\n"
    assert examined(f"extends: strict\ntransitive: covered\n{granted}")["decision"] == "pass"


def test_a_waiver_for_a_denied_package(examined):
    verdict = examined(packages="version: 1\npackages: []\n", waivers=waiver("packages", "pandas") + waiver("packages", "NumPy"))  # fmt: skip
    assert {effect for effect, _ in said(verdict).values()} == {"waived"}
    assert verdict["decision"] == "pass"


def test_a_waiver_for_any_rule(examined):
    loose = {
        **prompt("tables"),
        "skills/tables/skill.yaml": "version: 1\nmaturity: intern\npackages: [-r x]\n",
    }
    (subject,) = said(examined(**loose))
    verdict = examined(waivers=waiver("manifest", subject), **loose)
    assert said(verdict)[subject][0] == "waived"


def test_a_waiver_is_not_inherited_over_a_rename(examined):
    nobody = "version: 1\npackages: []\n"
    waivers = waiver("packages", "pandas")
    assert said(examined(packages=nobody, waivers=waivers))["pandas==2.2"][0] == "waived"
    moved = examined(packages=nobody, waivers=waivers, **packaged("tables2", "pandas"))
    effects = {
        s["skill"]: [f["effect"] for o in s["outcomes"] for f in o["findings"]] for s in moved["skills"]
    }
    assert effects["skills/tables2"] == ["fails"]


@pytest.mark.parametrize(
    ("maturity", "expires", "why"),
    [
        ("", "2027-05-21", ""),
        ("", "2027-05-22", "more than the 180 days"),
        ("levels: {intern: {max_waiver_days: 10}}\n", "2026-12-03", "more than the 10 days"),
        ("levels: {intern: {max_waiver_days: 0}}\n", "2026-11-22", "takes no waivers"),
        ("", "2026-11-21", "expired on 2026-11-21"),
    ],
)
def test_the_cap_of_the_level(examined, maturity, expires, why):
    verdict = examined(maturity, "version: 1\npackages: []\n", waiver("packages", "pandas", expires=expires))
    effect, told = said(verdict)["pandas==2.2"]
    assert (effect, why in told) == ("fails" if why else "waived", True)
