"""`proctor ci` on real histories: the clone is as shallow as a checkout makes it, the token is all it has."""

from __future__ import annotations

import base64
import json
import os
import shutil

import pytest

from tests.cli.conftest import packaged, prompt
from tests.support.github_server import BOT, READ, WRITE, answering
from tests.support.osv import document, export, until
from tests.support.repos import ScratchRepo

pytestmark = pytest.mark.slow
DENIED = packaged("tables", "requests")


@pytest.fixture
def pull(jobs):
    """Make a pull request out of files; returns (payload, head)."""

    def make(files, *, number=7, fork=False, message="change"):
        jobs.origin.git("checkout", "-q", "-B", f"change-{number}", "main")
        head = jobs.origin.commit(files, message)
        jobs.origin.git("checkout", "-q", "main")
        made = jobs.github.add_pull(number, head, jobs.origin.head(), fork=fork, ref=f"change-{number}")
        return {"action": "opened", "number": number, "pull_request": made}, head

    return make


def test_a_pull_request_is_commented_updated_and_then_green(jobs, pull):
    payload, head = pull(DENIED)
    first = jobs.ci("pull_request", payload, jobs.clone(head))
    assert first.code == 1
    assert first.outputs["decision"] == "fail"
    assert json.loads(first.outputs["affected-skills"]) == ["skills/tables"]
    assert (first.outputs["failed"], first.outputs["passed"]) == ("1", "0")
    assert int(first.outputs["findings"]) >= 1
    [body] = jobs.github.bodies(7)
    assert body.startswith("<!-- proctor:verdict -->\n<!-- at 2026-11-22T10:00:00+00:00 -->\n## Proctor: ")
    assert "requests" in body
    assert "skills/tables" in first.summary
    assert "::error " in first.out

    again = jobs.ci("pull_request", payload, jobs.clone(head), "--now", "2026-11-23T10:00:00Z")
    assert (again.code, jobs.github.bodies(7), len(jobs.github.writes())) == (1, [body], 1)

    payload, head = pull(prompt("tables"))
    third = jobs.ci("pull_request", payload, jobs.clone(head))
    assert (third.code, third.outputs["decision"], third.outputs["passed"]) == (0, "pass", "1")
    [green] = jobs.github.bodies(7)
    assert "requests" not in green
    assert head[:12] in green


@pytest.mark.parametrize("depth", [1, None], ids=["depth 1", "everything"])
def test_what_the_clone_lacks_is_fetched_with_the_token_that_stays_nowhere(
    jobs, pull, depth, tmp_path, monkeypatch
):
    payload, head = pull(prompt("letters"))
    clone = jobs.clone(head, depth)
    spy = tmp_path / "bin"
    spy.mkdir()
    (spy / "git").write_text(f'#!/bin/sh\necho "$@" >> {spy}/log\nexec {shutil.which("git")} "$@"\n')
    (spy / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{spy}:{os.environ['PATH']}")
    done = jobs.ci("pull_request", payload, clone)
    assert (done.code, json.loads(done.outputs["affected-skills"])) == (0, ["skills/letters"])
    called = (spy / "log").read_text()
    assert "fetch" in called
    secret = basic(WRITE)
    held = [p for p in (clone / ".git").rglob("*") if p.is_file() and secret.encode() in p.read_bytes()]
    assert (WRITE in called, secret in called, held) == (False, False, [])


def test_credentials_that_a_checkout_left_are_not_sent_beside_ours(jobs, pull):
    """GitHub answers 400 to two Authorization headers; the loopback server 401."""
    payload, head = pull(prompt("letters"))
    clone = jobs.clone(head)
    left = f"http.{jobs.github.url}/.extraheader"
    ScratchRepo.opened(clone).config(left, f"AUTHORIZATION: basic {basic(WRITE)}")
    assert jobs.ci("pull_request", payload, clone).code == 0


def test_what_cannot_be_fetched_is_inconclusive_and_never_nothing_changed(jobs, pull):
    payload, head = pull(DENIED)
    done = jobs.ci("pull_request", payload, jobs.clone(head), token="")
    assert (done.code, done.outputs["decision"]) == (3, "inconclusive")
    assert "git fetch" in done.summary
    assert "No comment: GITHUB_TOKEN is not set." in done.err


def test_a_long_history_is_deepened_until_it_meets(jobs, pull):
    payload, head = pull(DENIED)
    for number in range(30):
        jobs.origin.commit({"log.txt": f"more {number}\n"})
    done = jobs.ci("pull_request", payload, jobs.clone(head))
    assert (done.code, json.loads(done.outputs["affected-skills"])) == (1, ["skills/tables"])


def test_histories_without_a_common_commit_are_inconclusive(jobs):
    jobs.origin.git("checkout", "-q", "--orphan", "stray")
    head = jobs.origin.commit({**prompt("letters")})
    jobs.origin.git("checkout", "-q", "main")
    made = jobs.github.add_pull(7, head, jobs.origin.head())
    done = jobs.ci("pull_request", {"pull_request": made}, jobs.clone(head))
    assert (done.code, done.outputs["decision"]) == (3, "inconclusive")
    assert "no common history" in done.summary
    assert "no common history" in jobs.github.bodies(7)[0]


def test_the_policy_is_the_base_branch_as_it_is_now(jobs, pull):
    """Approved when the pull request was opened; banned since. Its re-run has the old event."""
    payload, head = pull(packaged("tables", "pandas"))
    clone = jobs.clone(head)
    ban = "version: 1\npackages:\n  - {name: pandas, status: banned, reason: steals keys}\n"
    jobs.origin.commit({"policies/packages.yaml": ban})
    done = jobs.ci("pull_request", payload, clone)
    assert (done.code, "steals keys" in jobs.github.bodies(7)[0]) == (1, True)


def test_a_tag_named_like_the_base_branch_does_not_pose_as_it(jobs, pull):
    payload, head = pull(DENIED)
    jobs.origin.tag("main", at=head)
    assert jobs.ci("pull_request", payload, jobs.clone(head)).code == 1


def test_a_head_that_has_moved_on_is_examined_and_not_commented(jobs, pull):
    """A force-push after the event, or the re-run of an old one: the comment is the newer head's."""
    payload, head = pull(DENIED)
    newer = {**payload["pull_request"], "head": {**payload["pull_request"]["head"], "sha": "c" * 40}}
    jobs.github.pulls[7] = newer
    done = jobs.ci("pull_request", payload, jobs.clone(head))
    assert (done.code, jobs.github.bodies(7)) == (1, [])
    assert f"#7 has moved on from {head[:12]}" in done.err


def test_a_verdict_by_another_branchs_policy_is_not_commented(jobs, pull):
    """Opened to a branch with a lax policy and pointed to another one while the check ran."""
    payload, head = pull(DENIED)
    event = {**payload["pull_request"], "base": {**payload["pull_request"]["base"], "ref": "lax"}}
    jobs.origin.git("branch", "lax", "main")
    done = jobs.ci("pull_request", {"pull_request": event}, jobs.clone(head))
    assert jobs.github.bodies(7) == []
    assert "#7 goes to another branch since" in done.err


def test_a_policy_relaxed_together_with_a_skill_fails_and_is_shown(jobs, pull):
    relaxed = "version: 1\npackages:\n" + "".join(
        f"  - {{name: {name}, status: approved, min_maturity: intern, reason: x}}\n"
        for name in ("pandas", "requests")
    )
    payload, head = pull({**DENIED, "policies/packages.yaml": relaxed})
    done = jobs.ci("pull_request", payload, jobs.clone(head))
    [body] = jobs.github.bodies(7)
    assert (done.code, done.outputs["decision"]) == (1, "fail")
    assert "relaxes" in body
    assert "take the policy change to a pull request of its own" in body.replace("&#8203;", "")


def test_a_policy_alone_passes_and_asks_for_its_code_owners(jobs, pull):
    ban = "version: 1\npackages:\n  - {name: evil, status: banned, reason: worse}\n"
    payload, head = pull({"policies/packages.yaml": ban})
    done = jobs.ci("pull_request", payload, jobs.clone(head))
    assert done.code == 0
    assert "needs code-owner review" in jobs.github.bodies(7)[0]


def test_a_thousand_changed_files_are_all_seen(jobs, pull):
    """GitHub's own list of changed files ends after 300; the last of these is the one that matters."""
    many = {f"docs/{number:04}.md": f"{number}\n" for number in range(1_000)}
    payload, head = pull({**many, **packaged("zz", "requests")})
    done = jobs.ci("pull_request", payload, jobs.clone(head))
    assert (done.code, json.loads(done.outputs["affected-skills"])) == (1, ["skills/zz"])


def test_renamed_deleted_and_moved_skills(jobs, pull):
    jobs.origin.commit({**prompt("old"), **prompt("gone")})
    moved = {"skills/old/SKILL.md": None, "skills/gone/SKILL.md": None}
    text = prompt("old")["skills/old/SKILL.md"]
    payload, head = pull({**moved, "team/old/SKILL.md": text, "README.md": "x\n"})
    done = jobs.ci("pull_request", payload, jobs.clone(head))
    assert (done.code, json.loads(done.outputs["affected-skills"])) == (0, ["team/old"])
    body = jobs.github.bodies(7)[0]
    assert "skills/gone" in body


def test_a_skill_behind_a_submodule_is_never_a_pass(jobs, pull):
    payload, _ = pull({"README.md": "x\n"})
    jobs.origin.git("checkout", "-q", "change-7")
    jobs.origin.write({"skills/notes/SKILL.md": None})
    jobs.origin.git("rm", "-q", "-r", "--cached", "skills/notes")
    jobs.origin.git("update-index", "--add", "--cacheinfo", f"160000,{'d' * 40},skills/notes/inner")
    jobs.origin.git("commit", "-q", "-m", "submodule")
    head = jobs.origin.head()
    payload["pull_request"]["head"]["sha"] = head
    jobs.origin.git("checkout", "-q", "-f", "main")
    done = jobs.ci("pull_request", payload, jobs.clone(head))
    assert (done.code, done.outputs["broken"]) == (3, "1")
    assert "`skills/notes/inner`" in jobs.github.bodies(7)[0]


def test_a_merge_group_is_compared_with_its_own_base(jobs):
    base = jobs.origin.commit(prompt("queued-before"))
    jobs.origin.checkout("queue", new=True)
    head = jobs.origin.commit(DENIED)
    jobs.origin.checkout("main")
    group = {
        "head_sha": head,
        "base_sha": base,
        "head_ref": "refs/heads/queue",
        "base_ref": "refs/heads/main",
    }
    done = jobs.ci("merge_group", {"merge_group": group}, jobs.clone(head))
    assert (done.code, json.loads(done.outputs["affected-skills"])) == (1, ["skills/tables"])
    assert jobs.github.writes() == []


def test_a_push_to_the_default_branch_is_judged_by_what_it_brings(jobs):
    before = jobs.origin.head()
    allowed = (
        "version: 1\npackages:\n  - {name: requests, status: approved, min_maturity: intern, reason: x}\n"
    )
    after = jobs.origin.commit({**DENIED, "policies/packages.yaml": allowed})
    done = jobs.ci("push", {"before": before, "after": after}, jobs.clone(after))
    assert "skills/tables" in json.loads(done.outputs["affected-skills"])
    assert "requests" not in [line for line in done.out.splitlines() if line.startswith("::error")]


@pytest.mark.parametrize("before", ["0" * 40, "e" * 40], ids=["a new branch", "forced away"])
def test_a_push_without_a_usable_before_examines_everything(jobs, before):
    after = jobs.origin.commit(DENIED)
    done = jobs.ci("push", {"before": before, "after": after}, jobs.clone(after))
    assert json.loads(done.outputs["affected-skills"]) == ["skills/notes", "skills/tables"]


def test_a_push_to_another_branch_is_compared_with_the_default_branch(jobs):
    jobs.origin.checkout("topic", new=True)
    after = jobs.origin.commit(DENIED)
    jobs.origin.checkout("main")
    done = jobs.ci("push", {"before": "0" * 40, "after": after}, jobs.clone(after), ref="refs/heads/topic")
    assert (done.code, json.loads(done.outputs["affected-skills"])) == (1, ["skills/tables"])


def test_a_schedule_and_a_dispatch_examine_everything(jobs):
    for event in ("schedule", "workflow_dispatch"):
        done = jobs.ci(event, {}, jobs.clone(jobs.origin.head()))
        assert (done.code, json.loads(done.outputs["affected-skills"])) == (0, ["skills/notes"])


def test_a_base_of_the_callers_is_taken_as_it_is(jobs):
    first = jobs.origin.git("rev-list", "--max-parents=0", "HEAD")
    head = jobs.origin.commit(DENIED)
    clone = jobs.clone(head, None)
    done = jobs.ci("workflow_dispatch", {}, clone, "--base", first)
    assert (done.code, json.loads(done.outputs["affected-skills"])) == (1, ["skills/tables"])
    wrong = jobs.ci("workflow_dispatch", {}, clone, "--base", "no-such-branch")
    assert (wrong.code, "no commit" in wrong.err) == (2, True)


def test_a_base_of_the_callers_that_the_clone_lacks_is_fetched(jobs):
    jobs.origin.branch("release", at="HEAD~2")
    head = jobs.origin.commit(DENIED)
    for name in ("release", "origin/release", "refs/heads/release"):
        done = jobs.ci("workflow_dispatch", {}, jobs.clone(head), "--base", name)
        assert (done.code, json.loads(done.outputs["affected-skills"])) == (1, ["skills/tables"])


def test_a_forks_pull_request_is_left_to_the_trusted_job(jobs, pull):
    payload, head = pull(DENIED, fork=True)
    done = jobs.ci("pull_request", payload, jobs.clone(head), token=READ)
    assert (done.code, jobs.github.requests()) == (1, [])
    assert "proctor publish" in done.err


def test_a_token_that_may_not_write_costs_the_comment_and_is_said_once(jobs, pull):
    payload, head = pull(prompt("letters"))
    jobs.github.readers.add(WRITE)
    done = jobs.ci("pull_request", payload, jobs.clone(head))
    assert (done.code, done.outputs["decision"]) == (0, "pass")
    assert done.summary.count("pull-requests: write") == 1
    assert (done.out + done.err).count("pull-requests: write") == 1
    strict = jobs.ci("pull_request", payload, jobs.clone(head), "--comment", "always")
    assert (strict.code, strict.outputs["decision"]) == (3, "pass")


def test_github_being_away_costs_the_comment_and_not_the_verdict(jobs, pull, monkeypatch):
    monkeypatch.setattr("checker.github.client._ATTEMPTS", 1)
    payload, head = pull(DENIED)
    jobs.github.fail("GET", "comments", answering(502), times=9)
    done = jobs.ci("pull_request", payload, jobs.clone(head))
    assert (done.code, done.outputs["decision"]) == (1, "fail")
    assert "answered 502" in done.summary


@pytest.mark.parametrize("flags", [("--comment", "never"), ("--no-publish",)], ids=" ".join)
def test_it_can_be_told_to_write_nothing(jobs, pull, flags):
    payload, head = pull(DENIED)
    done = jobs.ci("pull_request", payload, jobs.clone(head), *flags)
    assert (done.code, jobs.github.requests(), done.summary != "") == (1, [], True)


@pytest.mark.parametrize(("fail_on", "code"), [("inconclusive", 1), ("fail", 1), ("never", 0)])
def test_only_a_flag_weakens_the_exit_code(jobs, pull, fail_on, code):
    payload, head = pull(DENIED)
    assert jobs.ci("pull_request", payload, jobs.clone(head), "--fail-on", fail_on).code == code


@pytest.mark.parametrize(("fail_on", "code"), [("inconclusive", 3), ("fail", 0), ("never", 0)])
def test_also_where_something_could_not_be_checked(jobs, pull, fail_on, code):
    payload, head = pull(DENIED)
    done = jobs.ci("pull_request", payload, jobs.clone(head), "--fail-on", fail_on, token="")
    assert (done.code, done.outputs["decision"]) == (code, "inconclusive")


def test_reports_are_files_that_the_outputs_name(jobs, pull, tmp_path):
    payload, head = pull(DENIED)
    jobs.setenv("PROCTOR_DOCS", "https://git.example/proctor/docs")
    verdict, sarif = tmp_path / "verdict.json", tmp_path / "proctor.sarif"
    files = ("--verdict-file", str(verdict), "--sarif-file", str(sarif))
    done = jobs.ci("pull_request", payload, jobs.clone(head), *files)
    assert (done.outputs["verdict-file"], done.outputs["sarif-file"]) == (str(verdict), str(sarif))
    assert json.loads(verdict.read_text())["head"] == head
    log = json.loads(sarif.read_text())
    assert log["version"] == "2.1.0"
    helped = {rule["helpUri"] for rule in log["runs"][0]["tool"]["driver"]["rules"]}
    assert "https://git.example/proctor/docs/checks/packages.md" in helped


def test_a_policy_that_cannot_be_read_is_exit_code_2_and_told(jobs, pull):
    jobs.origin.commit({"policies/maturity.yaml": "version: 1\nlevels: 3\n"})
    payload, head = pull(prompt("letters"))
    done = jobs.ci("pull_request", payload, jobs.clone(head), "--fail-on", "never")
    assert (done.code, done.outputs["decision"]) == (2, "inconclusive")
    assert "policies/maturity.yaml:2" in done.summary.replace("&#8203;", "")


def test_another_workflows_comment_with_our_marker_is_left_alone(jobs, pull):
    payload, head = pull(DENIED)
    theirs = jobs.github.add_comment(7, "stranger", "<!-- proctor:verdict -->\nall is well")
    jobs.ci("pull_request", payload, jobs.clone(head))
    assert jobs.github.comments[theirs]["body"].endswith("all is well")
    assert jobs.github.comments[max(jobs.github.comments)]["user"]["login"] == BOT


def test_two_skill_repositories_in_one_have_a_comment_each_and_files_from_the_top(jobs, pull):
    jobs.origin.commit({"team/policies/maturity.yaml": "version: 1\nextends: default\n"})
    team = {f"team/{name}": text for name, text in packaged("tables", "requests").items()}
    payload, head = pull({**team, **prompt("b")})
    clone = jobs.clone(head)
    whole, part = (jobs.ci("pull_request", payload, where) for where in (clone, clone / "team"))
    assert (whole.code, part.code) == (1, 1)  # a policy below another one's folder is but a folder to that
    assert len(jobs.github.bodies(7)) == 2
    assert "::error file=team/skills/tables/" in part.out


def basic(token):
    return base64.b64encode(f"x-access-token:{token}".encode()).decode()


def test_the_profile_is_in_the_log_and_in_the_verdict_file(jobs, pull, tmp_path):
    payload, head = pull({"README.md": "hello"})
    file = tmp_path / "verdict.json"
    done = jobs.ci("pull_request", payload, jobs.clone(head), "--profile", "--verdict-file", str(file))
    shares = json.loads(file.read_text())["profile"]["shares"]
    assert {"load", "judge", "report"} <= {stage for share in shares for stage in share["stages"]}
    assert "where the time went" in done.err
    assert "where the time went" not in done.out


def test_a_forks_run_keeps_no_evidence_and_has_what_trusted_runs_kept(jobs, pull, tmp_path):
    """What the fork's run saw is not what a trusted one goes by, the other way round is welcome."""
    (tmp_path / "all.zip").write_bytes(export(document("GHSA-0", until("anchor", "1"))))
    flags = ("--now", "2024-05-10T00:00:00Z", "--advisories", str(tmp_path / "all.zip"))
    jobs.setenv("GITHUB_ACTIONS", "true")
    kept = tmp_path / "cache/evidence"

    def run(*, fork: bool) -> tuple[bool, int]:
        payload, head = pull(packaged("tables", "pandas"), number=8 + fork, fork=fork)
        done = jobs.ci("pull_request", payload, jobs.clone(head), *flags)
        return "osv: 1 answer of" in done.out, len(list(kept.rglob("*.json")))

    assert run(fork=True) == (False, 0)
    assert run(fork=False) == (False, 2)
    assert run(fork=True) == (True, 2)
