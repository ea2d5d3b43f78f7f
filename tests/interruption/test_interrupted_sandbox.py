"""Ctrl-C while skills run in their boxes: neither a container nor a process nor a file of that run stays."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from checker.engines.sandbox import Engine
from checker.engines.sandbox.box.owner import owner
from tests.interruption.test_interrupted import CODES, WORDS, both
from tests.support.processes import Running, files, proctor
from tests.support.repos import ScratchRepo

pytestmark = [pytest.mark.engine, pytest.mark.slow]


@pytest.fixture
def repo(tmp_path: Path) -> ScratchRepo:
    """Four skills whose tests take longer than anybody waits: as many run at once as Proctor lets."""
    scratch = ScratchRepo(tmp_path / "repo")
    scratch.commit({"policies/maturity.yaml": "version: 1\nextends: default\n"})
    for name in "abcd":
        test = f"# {time.time()}\nimport time\n\n\ndef test_it():\n    time.sleep(50)\n"
        text = f"---\nname: {name}\ndescription: Does {name}.\n---\n"
        scratch.commit({f"skills/{name}/SKILL.md": text, f"skills/{name}/tests/test_it.py": test})
    return scratch


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all of these tests: the base layer is made once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def running(tmp_path: Path, repo: ScratchRepo, cache: Path) -> Iterator[Running]:
    call = ("check", repo.path, "--offline", "--only", "sandbox", "--now", "2026-11-22", "--cache", cache)
    with proctor(tmp_path / "run", *call) as run:
        yield run


def containers(label: str) -> list[str]:
    """Names of the containers that a run has now."""
    engine = Engine()
    try:
        found = engine.api.containers(all=True, filters={"label": f"org.proctor.owner={label}"})
        return [name for container in found for name in container["Names"]]
    finally:
        engine.close()


def half(cache: Path) -> set[str]:
    """Files that somebody was writing."""
    return {path for path in files(cache) if ".part" in path or "staging" in path}


@both
@pytest.mark.parametrize("wait", [0.0, 0.3, 1.5])
def test_while_skills_run(running: Running, cache: Path, number: signal.Signals, wait: float) -> None:
    """Also while a container is only about to start."""
    label = owner(running.process.pid)
    running.until(lambda: containers(label))
    time.sleep(wait)
    ended = running.told(number)
    assert (ended.code, ended.said.splitlines()[-1]) == (CODES[number], WORDS[number])
    assert containers(label) == []
    assert (ended.left, files(running.temporary) - {""}, half(cache)) == (frozenset(), set(), set())
    assert ended.seconds < 2


@pytest.mark.parametrize("wait", [0.0, 0.2, 0.5])
def test_while_images_are_made(running: Running, cache: Path, wait: float) -> None:
    label = owner(running.process.pid)
    running.until(lambda: "building" in running.said)
    time.sleep(wait)
    ended = running.told(signal.SIGINT)
    assert ended.code == 130
    assert containers(label) == []
    assert (ended.left, files(running.temporary) - {""}, half(cache)) == (frozenset(), set(), set())
    assert ended.seconds < 2
