"""An approval acted out with real git: asked for, decided by the policy's owners, used, and never by oneself."""

from __future__ import annotations

import json
import re
import shlex

import pytest

from tests.cli.conftest import packaged

CHECK = ("--offline", "--no-sandbox", "--only", "manifest", "--only", "packages", "--now", "2026-11-22")
PACKAGES = "policies/packages.yaml"


@pytest.fixture
def check(proctor, repo):
    """The verdict on the branch that is checked out, against `main`."""

    def run(*options):
        result = proctor("check", repo.path, "--base", "main", "--format", "json", *CHECK, *options)
        return result.code, json.loads(result.out)

    return run


def findings(verdict):
    return [f for s in verdict["skills"] for o in s["outcomes"] for f in o["findings"]]


def decisions(verdict):
    return {skill["skill"]: skill["decision"] for skill in verdict["skills"]}


def command_in(remedy):
    """The approve command of a remedy, with what only a person knows filled in."""
    (line,) = re.findall(r"`(proctor approve [^`]*)`", remedy)
    for known in ("prints numbers", "@example/security", "2027-11-01"):
        line = line.replace("…", shlex.quote(known), 1)
    return shlex.split(line)[1:]


def test_the_approval_flow(proctor, repo, check):
    # Somebody proposes a skill that uses a package nobody approved: it fails and says what to do.
    repo.checkout("skill", new=True)
    repo.commit(packaged("counts", "humanize"), "A skill that counts")
    code, verdict = check()
    (finding,) = findings(verdict)
    assert (code, decisions(verdict)) == (1, {"skills/counts": "fail"})
    assert "in a pull request of its own" in finding["remedy"]

    # They approve it themselves, in the same pull request: it still fails, and the preview shows why it matters.
    approve = (*command_in(finding["remedy"]), "--path", repo.path, "--now", "2026-11-22")
    assert proctor(*approve).code == 0
    repo.commit({}, "Approve it myself")
    code, verdict = check()
    assert (code, decisions(verdict)) == (1, {"policies": "pass", "skills/counts": "fail"})
    assert [f["remedy"] for f in findings(verdict)] == [finding["remedy"]]
    assert any("needs code-owner review" in note for note in verdict["notes"])
    assert verdict["preview"]["turns"] == [{"skill": "skills/counts", "before": "fail", "after": "pass"}]
    assert any(
        note.startswith("skills/counts would pass by the policy of this change") for note in verdict["notes"]
    )
    (relaxed,) = verdict["preview"]["relaxes"]
    assert relaxed == "humanize: not in the registry → approved ==2.2 from intern until 2027-11-01"

    # The right way: the policy's owners approve it in a pull request of its own. That one passes, for review.
    repo.git("reset", "-q", "--hard", "HEAD~1")
    repo.checkout("main")
    repo.checkout("approval", new=True)
    assert proctor(*approve).code == 0
    repo.commit({}, "Approve humanize")
    code, verdict = check()
    assert (code, decisions(verdict)) == (0, {"policies": "pass"})
    assert not any("would pass by" in note for note in verdict["notes"])
    assert any("needs code-owner review" in note for note in verdict["notes"])

    # It is merged, and the skill passes without any change.
    repo.checkout("main")
    repo.git("merge", "-q", "--no-ff", "--no-edit", "approval")
    repo.checkout("skill")
    code, verdict = check()
    assert (code, decisions(verdict)) == (0, {"skills/counts": "pass"})

    # The history tells who decided.
    told = proctor("audit", repo.path, "--rev", "main", "--package", "humanize").out
    assert "Approve humanize" in told
    assert "committed by C <c@example.org>" in told
    assert "claimed by @example/security" in told


def test_who_works_alone_may_judge_by_the_head_and_the_verdict_says_so(proctor, repo, check):
    repo.checkout("skill", new=True)
    approve = (
        "approve",
        "humanize",
        "--versions",
        "",
        "--level",
        "intern",
        "--reason",
        "r",
        "--path",
        repo.path,
    )
    repo.commit(packaged("counts", "humanize"))
    assert proctor(*approve).code == 0
    repo.commit({}, "Both at once")
    assert check()[0] == check("--policy-from", "base")[0] == 1
    code, verdict = check("--policy-from", "head")
    assert (code, decisions(verdict)) == (0, {"policies": "pass", "skills/counts": "pass"})
    assert verdict["policy"] == "policies/ of the head (--policy-from head)"
    assert verdict["notes"][0].endswith("this change can approve itself")
    assert verdict["preview"]["relaxes"]


def test_without_a_change_of_the_policy_there_is_no_preview_but_the_note(repo, check):
    repo.checkout("skill", new=True)
    repo.commit(packaged("tables", "pandas"))
    assert "preview" not in check()[1]
    code, verdict = check("--policy-from", "head")
    assert (code, "preview" in verdict, "can approve itself" in verdict["notes"][0]) == (0, False, True)


def test_policy_from_base_needs_a_base(proctor, repo):
    result = proctor("check", repo.path, "--policy-from", "base", *CHECK)
    assert (result.code, "--policy-from base needs --base" in result.err) == (2, True)


def test_policy_from_head_with_a_policy_that_cannot_be_read_judges_nothing(repo, check):
    repo.checkout("skill", new=True)
    repo.commit({PACKAGES: "version: 1\npackages: [{name: a}]\n"})
    code, verdict = check("--policy-from", "head")
    assert (code, "policies/packages.yaml" in verdict["error"]) == (2, True)


def test_policy_from_head_where_the_base_has_no_policy(proctor, repo, check):
    repo.checkout("skill", new=True)
    repo.checkout("main")
    repo.commit({PACKAGES: None, "policies/maturity.yaml": None})
    repo.checkout("skill")
    code, verdict = check("--policy-from", "head")
    assert (code, verdict.get("error", "")) == (0, "")


def test_the_preview_is_in_the_reports_for_people(proctor, repo):
    repo.commit(packaged("tables", "pandas"))
    repo.checkout("policy", new=True)
    registry = (repo.path / PACKAGES).read_text()
    repo.commit(
        {PACKAGES: registry.replace("name: pandas, status: approved", "name: pandas, status: banned")}
    )
    call = ("check", repo.path, "--base", "main", *CHECK)
    for form, turn in (
        ("terminal", "turns     skills/tables from pass to fail"),
        ("markdown", "- *turns* skills/tables from pass to fail"),
    ):
        out = proctor(*call, "--format", form).out
        assert "If this policy change is merged" in out
        assert turn in out
        assert "of 2 skills would turn" in out
