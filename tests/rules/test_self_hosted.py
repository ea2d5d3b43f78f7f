"""Which jobs may run what they were sent: a table of runners and events."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from checker.cli.runner import read_event, sandbox_refusal
from checker.model.policy import SandboxSettings
from checker.rules.sandbox.self_hosted import refusal
from checker.rules.trust import trusted

HERE = "org/skills"
SELF_HOSTED = {
    "GITHUB_ACTIONS": "true",
    "RUNNER_ENVIRONMENT": "self-hosted",
    "GITHUB_EVENT_NAME": "pull_request",
    "GITHUB_REPOSITORY": HERE,
}
SETTINGS = SandboxSettings(enabled=True, base="host", max_wheel_mb=1, max_unpacked_mb=1)


#: Every event that starts a workflow, but for those that are told apart below, and some that do not exist.
OTHERS = """
branch_protection_rule check_run check_suite create delete deployment deployment_status discussion
discussion_comment fork gollum image_version issue_comment issues label milestone page_build public registry_package
release repository_dispatch status watch workflow_call pull_request_comment Push push_ no-such-event
"""
OWN = ("push", "merge_group", "schedule", "workflow_dispatch")
REQUESTS = ("pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment")


def request(head: str | None, *, fork: bool = False) -> dict[str, Any]:
    repository = None if head is None else {"full_name": head, "fork": fork}
    return {"pull_request": {"head": {"repo": repository}}, "repository": {"full_name": HERE}}


def run_of(head: str, after: object = "pull_request") -> dict[str, Any]:
    return {"workflow_run": {"event": after, "head_repository": {"full_name": head}}}


@pytest.mark.parametrize("kind", [*OWN, *REQUESTS, "workflow_run", *OTHERS.split(), "", None])
def test_every_kind_of_event(kind: str | None) -> None:
    """With a fork's payload, with the repository's own, and with none; evidence is kept by the same rule."""
    job = {name: value for name, value in SELF_HOSTED.items() if name != "GITHUB_EVENT_NAME"}
    job |= {} if kind is None else {"GITHUB_EVENT_NAME": kind}
    payloads = (request("someone/skills") | run_of("someone/skills"), request(HERE) | run_of(HERE), {}, None)
    runs = tuple(refusal(job, payload) == "" for payload in payloads)
    assert runs == tuple(trusted(job, payload) for payload in payloads)
    if kind in OWN:
        assert runs == (True, True, True, True)
    elif kind in (*REQUESTS, "workflow_run"):
        assert runs == (False, True, False, False)
    else:
        assert runs == (False, False, False, False)
    elsewhere = ({"RUNNER_ENVIRONMENT": "github-hosted"}, {"GITHUB_ACTIONS": ""}, {"GITHUB_ACTIONS": "false"})
    assert [refusal(job | change, payload) for change in elsewhere for payload in payloads] == [""] * 12


@pytest.mark.parametrize("after", [*REQUESTS, *OWN, *OTHERS.split(), "workflow_run", None, [], {}])
def test_a_run_that_follows_another_is_as_good_as_that_one(after: object) -> None:
    """Of a comment's run the head is the default branch, whatever it has examined."""
    job = SELF_HOSTED | {"GITHUB_EVENT_NAME": "workflow_run"}
    allowed = after == "pull_request" or after in OWN
    assert (refusal(job, run_of(HERE, after)) == "") is allowed
    assert refusal(job, run_of("someone/skills", after)) != ""


@pytest.mark.parametrize(
    ("changes", "event"),
    [
        ({}, request(HERE)),
        ({}, request("Org/Skills")),
        # The repository is a fork of another one, and the branch is its own.
        ({}, request(HERE, fork=True)),
        ({"RUNNER_ENVIRONMENT": "github-hosted"}, request("someone/skills", fork=True)),
        ({"GITHUB_EVENT_NAME": "merge_group"}, {}),
        ({"GITHUB_EVENT_NAME": "push"}, {}),
        ({"GITHUB_EVENT_NAME": "schedule"}, None),
        ({"GITHUB_ACTIONS": ""}, request("someone/skills")),
        ({"GITHUB_EVENT_NAME": "workflow_run"}, run_of(HERE)),
    ],
)
def test_what_the_house_wrote_and_what_runs_elsewhere_is_run(changes, event) -> None:
    assert refusal(SELF_HOSTED | changes, event) == ""


@pytest.mark.parametrize(
    ("changes", "event", "word"),
    [
        ({}, request("someone/skills", fork=True), "someone/skills, a fork"),
        ({"GITHUB_EVENT_NAME": "pull_request_target"}, request("someone/skills"), "someone/skills"),
        ({"RUNNER_ENVIRONMENT": ""}, request("someone/skills"), "someone/skills"),
        ({}, request(None), "not named"),
        ({}, {"pull_request": None}, "not named"),
        ({}, {"pull_request": {"head": "x"}}, "not named"),
        ({}, None, "cannot be read"),
        ({}, request("a\x1b[2Jb/c"), "a\\x1b[2Jb/c"),
        ({"GITHUB_EVENT_NAME": "workflow_run"}, run_of("a/b"), "a/b"),
        # The payload's other parts do not stand in for the one that the event is about.
        ({"GITHUB_EVENT_NAME": "workflow_run"}, run_of("a/b") | request(HERE), "a/b"),
        ({"GITHUB_EVENT_NAME": "workflow_run"}, request(HERE), "`workflow_run`"),
        ({"GITHUB_EVENT_NAME": "pull_request"}, run_of(HERE), "not named"),
        ({"GITHUB_EVENT_NAME": "x\x1b[2J"}, request(HERE), "`x\\x1b[2J`"),
    ],
)
def test_what_may_be_a_forks_is_not_run_on_a_machine_that_stays(changes, event, word) -> None:
    reason = refusal(SELF_HOSTED | changes, event)
    assert word in reason
    assert "`sandbox.self_hosted_forks: run`" in reason


def test_the_policy_of_the_base_may_allow_it(tmp_path: Path) -> None:
    event = tmp_path / "event.json"
    event.write_text(json.dumps(request("someone/skills")))
    job = SELF_HOSTED | {"GITHUB_EVENT_PATH": str(event)}
    assert "someone/skills" in sandbox_refusal(SETTINGS, job)
    assert sandbox_refusal(SETTINGS.model_copy(update={"self_hosted_forks": "run"}), job) == ""


@pytest.mark.parametrize("text", ["", "[]", "{", "\xff", "[" * 100_000])
def test_an_event_that_is_none_is_not_taken_for_one(tmp_path: Path, text: str) -> None:
    (tmp_path / "event.json").write_text(text, encoding="latin-1")
    assert read_event(str(tmp_path / "event.json")) is None
    assert read_event(str(tmp_path / "none.json")) is None
