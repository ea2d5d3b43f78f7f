"""A scratch repository for each test."""

from __future__ import annotations

import pytest

from tests.support.repos import ScratchRepo


@pytest.fixture
def repo(tmp_path) -> ScratchRepo:
    return ScratchRepo(tmp_path / "repo")
