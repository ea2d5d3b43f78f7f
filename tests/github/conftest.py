from __future__ import annotations

import pytest

from checker.github.client import Api
from tests.support.github_server import REPOSITORY, WRITE, GitHubServer


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
