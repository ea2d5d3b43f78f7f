"""`proctor publish`: whatever an author puts into the file, it chooses nothing and shows no green."""

from __future__ import annotations

import json

import cmarkgfm
import pytest

from tests.github.jobs import NOW
from tests.support.github_objects import repository
from tests.support.github_server import READ, WRITE, answering

pytestmark = pytest.mark.slow
PASSING = {
    "version": 1,
    "decision": "pass",
    "now": NOW,
    "base": "b" * 40,  # a test that asks GitHub names a real one
    "engines": [],
    "skills": [{"skill": "skills/letters", "decision": "pass", "outcomes": []}],
}
GUARDED = {
    "a workflow": {".github/workflows/proctor.yml": "on: push\n"},
    "a new workflow": {".github/workflows/another.yml": "on: push\n"},
    "in another case": {".GitHub/workflows/proctor.yml": "on: push\n"},
    "an action of the repository": {"tools/check/action.yaml": "runs: {}\n"},
    "the policy": {"policies/packages.yaml": "version: 1\npackages: []\n"},
    "a policy file deleted": {"policies/packages.yaml": None},
    "code owners": {"CODEOWNERS": "* @me\n"},
    "attributes that hide files": {".gitattributes": "* export-ignore\n"},
}


@pytest.fixture
def fork(jobs):
    """Make a fork's pull request out of files; returns what `workflow_run` says of its run."""

    def make(files, number=7, branch="change"):
        jobs.origin.git("checkout", "-q", "-B", f"fork-{number}", "main")
        head = jobs.origin.commit(files)
        jobs.origin.git("checkout", "-q", "main")
        jobs.github.add_pull(number, head, jobs.origin.head(), fork=True, ref=branch)
        return run_of(head, branch)

    return make


def run_of(head, branch="change", event="pull_request"):
    """A `workflow_run` payload. Its list of pull requests is empty, as for every fork."""
    told = {"id": 77, "event": event, "head_sha": head, "head_branch": branch, "pull_requests": []}
    return {"workflow_run": {**told, "head_repository": repository(2, "stranger/skills", fork=True)}}


@pytest.fixture
def publish(jobs, tmp_path):
    def call(payload, verdict, *more, token=WRITE, event="workflow_run"):
        text = verdict if isinstance(verdict, str) else json.dumps(verdict)
        (tmp_path / "verdict.json").write_text(text)
        return jobs.step(event, payload, "publish", tmp_path / "verdict.json", *more, token=token)

    return call


@pytest.fixture
def told(jobs):
    """A verdict of the run, judged by the base branch as it is."""

    def of(payload, **more):
        head, base = payload["workflow_run"]["head_sha"], jobs.origin.head()
        return {**PASSING, "head": head, "base": base, **more}

    return of


def test_a_verdict_of_a_fork_is_commented_and_kept_up_to_date(jobs, fork, publish, told):
    payload = fork({"skills/letters/SKILL.md": "x\n"})
    first, second = (publish(payload, told(payload)) for _ in range(2))
    assert [first.code, second.code] == [0, 0]
    assert "commented on #7: pass" in first.out
    [body] = jobs.github.bodies(7)
    assert "## Proctor: ✓ pass" in body
    assert "by a trusted job" in body
    assert len(jobs.github.writes()) == 1


@pytest.mark.parametrize("files", GUARDED.values(), ids=GUARDED)
def test_what_changes_what_decides_on_it_is_never_green(jobs, fork, publish, told, files):
    payload = fork({"skills/letters/SKILL.md": "x\n", **files})
    assert publish(payload, told(payload)).code == 0
    [body] = jobs.github.bodies(7)
    assert "## Proctor: ! inconclusive" in body
    assert "\n> This pull request changes what decides on it (`" in body


def test_what_the_base_changed_meanwhile_is_not_held_against_it(jobs, fork, publish, told):
    payload = fork({"skills/letters/SKILL.md": "x\n"})
    jobs.github.pulls[7]["base"]["sha"] = jobs.origin.commit({".github/workflows/new.yml": "on: push\n"})
    publish(payload, told(payload))
    assert "## Proctor: ✓ pass" in jobs.github.bodies(7)[0]


def test_the_policy_of_another_branch_counts_for_nothing_here(jobs, fork, publish, told):
    """A pull request to a branch with a lax policy passes; then its author points it to another branch."""
    payload = fork({"skills/letters/SKILL.md": "x\n"})
    strict = jobs.origin.head()
    lax = jobs.origin.commit({"policies/packages.yaml": "version: 1\npackages: []\n"})
    jobs.origin.git("branch", "old/lax", lax)
    jobs.origin.git("reset", "-q", "--hard", strict)
    verdict = told(payload, base=lax)
    publish(payload, verdict)
    [body] = jobs.github.bodies(7)
    assert "! inconclusive" in body
    assert "\n> This report was judged by another policy" in body
    jobs.github.pulls[7]["base"]["ref"] = "old/lax"
    publish(payload, verdict)
    assert "## Proctor: ✓ pass" in jobs.github.bodies(7)[0]


def test_a_base_branch_that_moved_on_with_the_same_policy_is_the_same(jobs, fork, publish, told):
    payload = fork({"skills/letters/SKILL.md": "x\n"})
    verdict = told(payload)
    jobs.origin.commit({"README.md": "more\n"})
    publish(payload, verdict)
    assert "## Proctor: ✓ pass" in jobs.github.bodies(7)[0]


def test_a_base_that_github_does_not_know_is_no_comment(jobs, fork, publish, told):
    payload = fork({"skills/letters/SKILL.md": "x\n"})
    assert publish(payload, told(payload, base="b" * 40)).code == 3
    assert jobs.github.writes() == []


def test_a_policy_in_a_folder_is_guarded_there(jobs, fork, publish, told):
    payload = fork({"team/policies/packages.yaml": "version: 1\npackages: []\n"})
    publish(payload, told(payload), "--path", "team/")
    assert "! inconclusive" in jobs.github.bodies(7)[0]


def test_a_repository_too_large_to_tell_is_never_green(jobs, fork, publish, told):
    payload = fork({"skills/letters/SKILL.md": "x\n"})
    jobs.github.truncated = True
    publish(payload, told(payload))
    assert "! inconclusive" in jobs.github.bodies(7)[0]


def test_a_verdict_that_fails_is_shown_as_it_is(jobs, fork, publish, told):
    payload = fork({".github/workflows/proctor.yml": "on: push\n"})
    publish(payload, told(payload, decision="fail"))
    assert "## Proctor: ✗ fail" in jobs.github.bodies(7)[0]


def test_a_head_that_has_moved_on_is_not_commented(jobs, fork, publish, told):
    payload = fork({"skills/letters/SKILL.md": "x\n"})
    fork({"skills/letters/SKILL.md": "y\n"})
    done = publish(payload, told(payload))
    assert (done.code, jobs.github.writes()) == (0, [])
    assert "no open pull request has" in done.out


def test_another_pull_requests_number_cannot_be_chosen(jobs, fork, publish, told):
    """The number comes from GitHub, by repository, branch and head; one in the file is an unknown key."""
    payload = fork({"skills/letters/SKILL.md": "x\n"})
    fork({"skills/other/SKILL.md": "x\n"}, number=8, branch="other")
    refused = publish(payload, told(payload, pull_request=8))
    assert (refused.code, jobs.github.writes()) == (2, [])
    publish(payload, told(payload))
    assert (len(jobs.github.bodies(7)), jobs.github.bodies(8)) == (1, [])


def test_the_same_branch_name_in_another_repository_is_another(jobs, fork, publish, told):
    payload = fork({"skills/letters/SKILL.md": "x\n"})
    payload["workflow_run"]["head_repository"]["id"] = 3
    assert publish(payload, told(payload)).code == 0
    assert jobs.github.writes() == []


def test_one_head_in_two_pull_requests_cannot_be_told_apart(jobs, fork, publish, told):
    payload = fork({"skills/letters/SKILL.md": "x\n"})
    head = payload["workflow_run"]["head_sha"]
    jobs.github.add_pull(8, head, jobs.origin.head(), fork=True, into="release")
    done = publish(payload, told(payload))
    assert (done.code, jobs.github.writes()) == (2, [])
    assert "#8, #7 have the same head" in done.err


HEAD = "a" * 40
FORGED = {
    "no JSON": ("<html>", "is no verdict of version 1"),
    "deep": ("[" * 100_000, "is no verdict of version 1"),
    "of a newer version": ({**PASSING, "head": HEAD, "version": 2}, "is no verdict of version 1"),
    "another schema": ({"head": HEAD, "decision": "merge"}, "is no verdict of version 1"),
    "of another commit": ({**PASSING, "head": "c" * 40}, "the verdict is of cccc"),
    "of a path": ({**PASSING, "head": "../../etc/passwd"}, "the verdict is of ../../etc/passwd"),
    "of a command": ({**PASSING, "head": "\n::set-output name=decision::pass"}, r"the verdict is of \x0a"),
    "of a base that is a path": (
        {**PASSING, "head": HEAD, "base": "../../user"},
        "base is no commit: ../../user",
    ),
    "that passes without a base": ({**PASSING, "head": HEAD, "base": None}, "names no base"),
    "that contradicts itself": (
        {**PASSING, "head": HEAD, "skills": [{"skill": "a", "decision": "fail", "outcomes": []}]},
        "contradicts itself",
    ),
    "that passes with an error": ({**PASSING, "head": HEAD, "error": "x"}, "contradicts itself"),
}


@pytest.mark.parametrize(("text", "message"), FORGED.values(), ids=FORGED)
def test_a_forged_file_is_refused_before_github_is_asked(jobs, publish, text, message):
    done = publish(run_of(HEAD), text)
    assert (done.code, jobs.github.requests()) == (2, [])
    assert message in done.err
    assert not any(line.startswith("::") for line in (done.out + done.err).splitlines())


def test_a_file_of_a_hundred_megabytes_is_refused(jobs, tmp_path):
    with (tmp_path / "large.json").open("wb") as file:
        file.truncate(100 << 20)
    done = jobs.step("workflow_run", run_of(HEAD), "publish", tmp_path / "large.json")
    assert (done.code, "has more than 16777216 bytes" in done.err) == (2, True)


def test_texts_of_the_file_end_up_as_text(jobs, fork, publish, told):
    hostile = (
        "<img src=x onerror=1> @everyone #123 <!-- proctor:verdict --> [x](javascript:1) | `a` </details>"
        "\n::add-mask::a \u202e \u200b " + "x" * 10_000
    )
    payload = fork({"skills/letters/SKILL.md": "x\n"})
    finding = {"rule": "packages", "subject": hostile, "severity": "high", "message": hostile}
    outcome = {"check": "packages", "skill": hostile, "status": "failed", "findings": [finding]}
    skill = {"skill": hostile, "decision": "fail", "outcomes": [outcome]}
    engines = [{"name": f"{number} {hostile}", "ran": False} for number in range(500)]
    publish(payload, told(payload, decision="fail", skills=[skill] * 50, notes=[hostile], engines=engines))
    [body] = jobs.github.bodies(7)
    assert len(body) <= 65_536
    assert not any(bad in body for bad in ("\u202e", "\u200b", "\n::"))
    page = cmarkgfm.github_flavored_markdown_to_html(body, cmarkgfm.cmark.Options.CMARK_OPT_UNSAFE)
    assert page.count("<!--") == 2  # our own
    assert "by a trusted job" in page
    assert not any(bad in page for bad in ("<img", 'href="javascript', "</details>"))


@pytest.mark.parametrize(
    ("event", "payload", "message"),
    [
        ("pull_request", {}, "is for workflow_run, not for pull_request"),
        ("workflow_run", {}, "is for workflow_run"),
        ("workflow_run", run_of(HEAD, event="push"), "was of push, not of a pull request"),
        ("workflow_run", run_of("main"), "is none of GitHub's"),
    ],
)
def test_other_events_are_refused(jobs, publish, event, payload, message):
    done = publish(payload, {**PASSING, "head": HEAD}, event=event)
    assert (done.code, message in done.err, jobs.github.requests()) == (2, True, [])


def test_a_token_that_may_not_write_is_an_error_here(jobs, fork, publish, told):
    payload = fork({"skills/letters/SKILL.md": "x\n"})
    done = publish(payload, told(payload), token=READ)
    assert (done.code, "pull-requests: write" in done.out) == (3, True)


def test_trees_that_cannot_be_compared_are_no_comment(jobs, fork, publish, told):
    payload = fork({"skills/letters/SKILL.md": "x\n"})
    jobs.github.fail("GET", "compare", answering(404), times=9)
    done = publish(payload, told(payload))
    assert (done.code, jobs.github.writes()) == (3, [])


def test_both_jobs_of_a_forks_pull_request(jobs, fork, tmp_path):
    """The first has no secrets and a token that reads; the second has the file, and checks nothing out."""
    payload = fork({"skills/letters/SKILL.md": "---\nname: letters\ndescription: Writes.\n---\n"})
    head = payload["workflow_run"]["head_sha"]
    pull = {"pull_request": jobs.github.pulls[7]}
    verdict = tmp_path / "artefact.json"
    first = jobs.ci("pull_request", pull, jobs.clone(head), "--verdict-file", str(verdict), token=READ)
    assert (first.code, jobs.github.writes()) == (0, [])
    second = jobs.step("workflow_run", payload, "publish", verdict)
    assert second.code == 0
    assert "## Proctor: ✓ pass" in jobs.github.bodies(7)[0]
