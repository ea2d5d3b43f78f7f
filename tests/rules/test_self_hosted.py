"""Which jobs may run what they were sent: a table of runners and events."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from checker.cli.runner import read_event, sandbox_refusal
from checker.model.policy import SandboxSettings
from checker.rules.sandbox.self_hosted import refusal

HERE = "org/skills"
SELF_HOSTED = {
    "GITHUB_ACTIONS": "true",
    "RUNNER_ENVIRONMENT": "self-hosted",
    "GITHUB_EVENT_NAME": "pull_request",
    "GITHUB_REPOSITORY": HERE,
}
SETTINGS = SandboxSettings(enabled=True, base="host", max_wheel_mb=1, max_unpacked_mb=1)


def request(head: str | None, *, fork: bool = False) -> dict[str, Any]:
    repository = None if head is None else {"full_name": head, "fork": fork}
    return {"pull_request": {"head": {"repo": repository}}, "repository": {"full_name": HERE}}


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
        ({"GITHUB_EVENT_NAME": "workflow_run"}, {"workflow_run": {"head_repository": {"full_name": HERE}}}),
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
        (
            {"GITHUB_EVENT_NAME": "workflow_run"},
            {"workflow_run": {"head_repository": {"full_name": "a/b"}}},
            "a/b",
        ),
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
