"""Which event asks for what, and which are refused. Pure."""

from __future__ import annotations

import json

import pytest

from checker.errors import UsageError
from checker.github.event import Comparison, comparison
from checker.github.payload import Payload, read_payload
from checker.github.runner import runner_from
from tests.support.github_objects import pull, repository, side

HEAD, BASE, ZERO = "a" * 40, "b" * 40, "0" * 40
ENV = {"GITHUB_EVENT_NAME": "push", "GITHUB_REPOSITORY": "example/skills", "GITHUB_SHA": HEAD}
REPO = repository(1, "example/skills")
PULL = pull(7, "open", side(REPO, "change", HEAD), side(REPO, "main", BASE))
RUN = {"id": 1, "event": "push", "head_sha": HEAD, "head_branch": "main", "head_repository": REPO}


def asked(event, payload, ref="refs/heads/main"):
    runner = runner_from({**ENV, "GITHUB_EVENT_NAME": event, "GITHUB_REF": ref})
    return comparison(runner, Payload.model_validate({"repository": REPO, **payload}))


CASES = {
    "schedule": ("schedule", {}, Comparison(HEAD)),
    "dispatch": ("workflow_dispatch", {}, Comparison(HEAD)),
    "merge group": (
        "merge_group",
        {"merge_group": {"head_sha": HEAD, "base_sha": BASE}},
        Comparison(HEAD, BASE),
    ),
    "push": (
        "push",
        {"before": BASE, "after": HEAD},
        Comparison(HEAD, BASE, own_policy=True, base_may_be_gone=True),
    ),
    "first push": ("push", {"before": ZERO, "after": HEAD}, Comparison(HEAD, base_may_be_gone=True)),
    "after a push": ("workflow_run", {"workflow_run": RUN}, Comparison(HEAD)),
    "after a push elsewhere": (
        "workflow_run",
        {"workflow_run": {**RUN, "head_branch": "topic"}},
        Comparison(HEAD, "refs/heads/main"),
    ),
}


@pytest.mark.parametrize(("event", "payload", "expected"), CASES.values(), ids=CASES)
def test_what_is_compared(event, payload, expected):
    assert asked(event, payload) == expected


def test_a_pull_request_names_its_base_by_a_full_reference():
    found = asked("pull_request", {"pull_request": PULL})
    assert (found.head, found.base, found.own_policy) == (HEAD, "refs/heads/main", False)
    assert found.pull is not None
    assert (found.pull.number, found.pull.from_fork) == (7, False)


def test_a_fork_that_was_deleted_is_a_fork():
    gone = {**PULL, "head": {**PULL["head"], "repo": None}}
    assert asked("pull_request", {"pull_request": gone}).pull.from_fork


@pytest.mark.parametrize("event", ["push", "workflow_dispatch"])
def test_another_branch_is_compared_with_the_default_branch_and_a_tag_is_not(event):
    assert asked(event, {"after": HEAD}, "refs/heads/topic") == Comparison(HEAD, "refs/heads/main")
    assert asked(event, {"after": HEAD}, "refs/tags/v1") == Comparison(HEAD)


REFUSED = {
    "target": ("pull_request_target", {"pull_request": PULL}, "runs with the base's rights"),
    "comment": ("issue_comment", {}, "brings nothing to examine"),
    "hostile": ("\n::set-output", {}, r"\x0a::set-output"),
    "no pull request": ("pull_request", {}, "has no pull_request"),
    "no group": ("merge_group", {}, "has no merge_group"),
    "deleted branch": ("push", {"before": BASE, "after": ZERO, "deleted": True}, "deleted a branch"),
    "after a pull request": (
        "workflow_run",
        {"workflow_run": {**RUN, "event": "pull_request"}},
        "proctor publish VERDICT.json",
    ),
    "after a fork's push": (
        "workflow_run",
        {"workflow_run": {**RUN, "head_repository": repository(2, "stranger/skills")}},
        "proctor publish VERDICT.json",
    ),
}


@pytest.mark.parametrize(("event", "payload", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_says_why(event, payload, message):
    with pytest.raises(UsageError, match=message.replace("\\", r"\\")):
        asked(event, payload)


BAD_FILES = {
    "none": (None, "cannot be read"),
    "HTML": ("<html>", "is none of GitHub's"),
    "a ref for a commit": (
        json.dumps({"pull_request": {**PULL, "head": {**PULL["head"], "sha": "--upload-pack=x"}}}),
        "pull_request.head.sha",
    ),
}


@pytest.mark.parametrize(("text", "message"), BAD_FILES.values(), ids=BAD_FILES)
def test_a_payload_that_is_none(tmp_path, text, message):
    if text is not None:
        (tmp_path / "event.json").write_text(text)
    with pytest.raises(UsageError, match=message):
        read_payload(tmp_path / "event.json")


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"GITHUB_EVENT_NAME": ""}, "no step of a GitHub workflow"),
        ({"GITHUB_REPOSITORY": "example/skills/../x"}, "no step of a GitHub workflow"),
        ({"GITHUB_API_URL": "file:///etc"}, "GITHUB_API_URL is no http"),
        ({"GITHUB_SERVER_URL": "https://me:secret@example.org"}, "GITHUB_SERVER_URL is no http"),
    ],
)
def test_variables_that_are_none(more, message):
    with pytest.raises(UsageError, match=message):
        runner_from({**ENV, **more})


def test_a_token_never_shows():
    assert "ghs_secret" not in repr(runner_from({**ENV, "GITHUB_TOKEN": "ghs_secret"}))


def test_an_enterprise_server_is_respected():
    runner = runner_from(
        {**ENV, "GITHUB_API_URL": "https://git.example/api/v3/", "GITHUB_SERVER_URL": "https://git.example"}
    )
    assert (runner.api_url, runner.server_url) == ("https://git.example/api/v3", "https://git.example")
    assert runner.run_url == ""
