"""Proctor with the lowest versions of the libraries that it declares: whoever has them gets nothing newer."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from checker.engines.uv import find_uv
from tests.support.repos import ScratchRepo

pytestmark = [pytest.mark.network, pytest.mark.slow, pytest.mark.timeout(600)]
ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples/skill-repo"
#: Parsers that go down level by level end the process here, unless they count.
DEEP = ["x = " + "[" * 5_000, ".".join("x" * 20_000) + " = 1"]
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def proctor(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("lowest")
    uv, python = str(find_uv()), str(folder / "venv/bin/python")
    subprocess.run([uv, "venv", "-q", str(folder / "venv")], check=True)
    argv = [uv, "pip", "install", "-q", "--python", python, "--resolution", "lowest-direct", str(ROOT)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

    def run(*words: str, at: Path) -> subprocess.CompletedProcess[str]:
        argv = [str(folder / "venv/bin/proctor"), *words, "--cache", str(folder / "cache")]
        return subprocess.run(argv, cwd=at, capture_output=True, text=True, check=False)

    return run


def test_the_example_is_judged_as_it_is_with_the_newest(proctor: Run) -> None:
    done = proctor("check", "--worktree", "--no-sandbox", "--offline", at=EXAMPLE)
    assert done.returncode == 1, done.stderr
    assert (
        done.stdout.rstrip()
        .rpartition("\n")[2]
        .startswith("✗ fail (exit code 1) · 14 skills: 9 fail, 5 pass")
    )


@pytest.mark.parametrize("lock", DEEP, ids=["deep", "dotted"])
def test_a_lock_that_goes_down_without_end_is_an_error_and_not_the_end(
    proctor: Run, tmp_path: Path, lock: str
) -> None:
    repo = ScratchRepo(tmp_path / "repo")
    files = {str(file.relative_to(EXAMPLE)): file.read_text() for file in EXAMPLE.glob("policies/*.yaml")}
    files["skills/x/SKILL.md"] = "---\nname: x\ndescription: A skill.\n---\n"
    files["skills/x/skill.yaml"] = "version: 1\npackages: []\n"
    repo.commit({**files, "skills/x/pylock.toml": lock})
    done = proctor("check", "--no-sandbox", "--offline", at=repo.path)
    assert done.returncode in (1, 3), done.stderr
    assert "pylock.toml" in done.stdout
