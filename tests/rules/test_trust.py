"""Whose runs may keep what they find out for later ones: a table of runners and events."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from checker.cli.runner import runs_for_us
from checker.rules.trust import trusted

HERE = "org/skills"
JOB = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_REPOSITORY": HERE}


def request(head: str | None) -> dict[str, Any]:
    return {"pull_request": {"head": {"repo": None if head is None else {"full_name": head}}}}


def run_of(head: str) -> dict[str, Any]:
    return {"workflow_run": {"event": "pull_request", "head_repository": {"full_name": head}}}


@pytest.mark.parametrize(
    ("changes", "event"),
    [
        ({"GITHUB_ACTIONS": ""}, None),
        ({}, request(HERE)),
        ({}, request("Org/Skills")),
        ({"GITHUB_EVENT_NAME": "push"}, {}),
        ({"GITHUB_EVENT_NAME": "schedule"}, None),
        ({"GITHUB_EVENT_NAME": "merge_group"}, {}),
        ({"GITHUB_EVENT_NAME": "workflow_dispatch"}, {}),
        ({"GITHUB_EVENT_NAME": "workflow_run"}, run_of(HERE)),
    ],
)
def test_ones_own_machine_and_branches_are_trusted(changes, event) -> None:
    assert trusted(JOB | changes, event)


@pytest.mark.parametrize(
    ("changes", "event"),
    [
        ({}, request("someone/skills")),
        ({"RUNNER_ENVIRONMENT": "github-hosted"}, request("someone/skills")),
        ({}, request(None)),
        ({}, None),
        ({}, {}),
        ({"GITHUB_REPOSITORY": ""}, request(HERE)),
        ({"GITHUB_EVENT_NAME": "pull_request_target"}, request("someone/skills")),
        ({"GITHUB_EVENT_NAME": "workflow_run"}, run_of("a/b")),
        # Of these nobody knows whose content the workflow examines.
        ({"GITHUB_EVENT_NAME": "issue_comment"}, {}),
        ({"GITHUB_EVENT_NAME": "repository_dispatch"}, {}),
        ({"GITHUB_EVENT_NAME": ""}, {}),
    ],
)
def test_a_fork_is_not_nor_what_is_not_known(changes, event) -> None:
    assert not trusted(JOB | changes, event)


def test_the_event_is_read_from_the_runners_file(tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    file.write_text(json.dumps(request(HERE)))
    assert runs_for_us(JOB | {"GITHUB_EVENT_PATH": str(file)})
    file.write_text(json.dumps(request("someone/skills")))
    assert not runs_for_us(JOB | {"GITHUB_EVENT_PATH": str(file)})
    assert not runs_for_us(JOB)
    assert runs_for_us({})
