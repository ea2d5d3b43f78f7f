from __future__ import annotations

import pytest

from checker.github.client import Api
from tests.cli import conftest as cli
from tests.github.jobs import Jobs, start
from tests.support.github_server import REPOSITORY, WRITE, GitHubServer

proctor = cli.proctor


@pytest.fixture
def github():
    with GitHubServer() as server:
        yield server


@pytest.fixture
def waits():
    """How long the client waited, in seconds, each time: nobody sleeps in a test."""
    return []


@pytest.fixture
def api_as(github, waits):
    """The client with a token."""
    return lambda token: Api(github.api_url, REPOSITORY, token, apart=0, sleep=waits.append)


@pytest.fixture
def api(api_as):
    return api_as(WRITE)


@pytest.fixture
def jobs(github, tmp_path, proctor, monkeypatch):
    """Steps of a workflow in a repository that the loopback GitHub holds."""
    origin = start(tmp_path / "origin", commits=4)
    github.repository = origin.path
    for name in ("GITHUB_ACTIONS", "RUNNER_ENVIRONMENT", "SAFETY_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    return Jobs(github, origin, tmp_path, proctor, monkeypatch.setenv)
