"""The arena, with assertions shown like those of tests; the corpus itself is never collected."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from checker.engines.sandbox import DockerSandbox, clean, listed
from tests.support.sandbox import FolderWheels

if TYPE_CHECKING:
    from tests.hostile.arena import Arena

#: Some of these end the process that imports them, with exit code 0.
collect_ignore = ["behaviours", "trees", "wheels"]

pytest.register_assert_rewrite("tests.hostile.arena")


@pytest.fixture(scope="module")
def arena(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    """One for all tests of a module."""
    from tests.hostile.arena import SECRETS, Arena

    state = tmp_path_factory.mktemp("state")
    with DockerSandbox(FolderWheels(state), state) as box, pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("temporary")))
        for name, value in SECRETS.items():
            patch.setenv(name, value)
        yield Arena.with_all(box, state)
        images = {json.loads(path.read_text())["image_id"] for path in state.glob("images/*.json")}
        clean(box.engine, [kept for kept in listed(box.engine) if kept.id in images])
