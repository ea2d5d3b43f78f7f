"""The pre-commit hook: one changed skill of 1,000, a registry of 500. Peer: a hook that does nothing.

Three things are timed: the hook alone; a whole `pre-commit run` with it; and the same with a hook that does
nothing, which is what pre-commit and git take by themselves. CPU seconds say what a busy machine hides.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from benchmarks.generate import repository

ROOT = Path(__file__).parents[1]
SKILLS, ENTRIES, TIMES = 1_000, 500, 7
CHANGED = "skills/skill-00007/SKILL.md"
HOOK = [sys.executable, "-m", "checker", "hook", "check"]
NOTHING = [sys.executable, "-S", "-c", "pass"]


class Taken(NamedTuple):
    """Medians in seconds, children included."""

    wall: float
    cpu: float


def measure(folder: Path) -> dict[str, Taken]:
    """What each of the three takes, in a fresh repository below `folder`."""
    repo = folder / "repo"
    repository(repo, skills=SKILLS)
    _git(repo, "init", "-q")
    _git(repo, "add", "--all")
    _git(repo, "-c", "user.name=b", "-c", "user.email=b@example.org", "commit", "-q", "-m", "all")
    with (repo / CHANGED).open("a") as file:
        file.write("changed\n")
    _git(repo, "add", "--all")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PRE_COMMIT_HOME": str(folder / "home")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    figures = {"hook alone": _timed([*HOOK, CHANGED], repo, environment)}
    for name, entry in (
        ("pre-commit, a hook that does nothing", NOTHING),
        ("pre-commit with the hook", HOOK),
    ):
        config = folder / "config.yaml"
        config.write_text(_config(entry))
        run = [sys.executable, "-m", "pre_commit", "run", "--config", str(config), "--files", CHANGED]
        figures[name] = _timed(run, repo, environment)
    return figures


def _config(entry: list[str]) -> str:
    words = "[" + ", ".join(f'"{word}"' for word in entry[1:]) + "]"
    return (
        "repos:\n  - repo: local\n    hooks:\n      - id: timed\n        name: timed\n"
        f'        language: system\n        entry: "{entry[0]}"\n        args: {words}\n'
        "        require_serial: true\n"
    )


def _timed(argv: list[str], folder: Path, environment: dict[str, str]) -> Taken:
    walls, cpus = [], []
    for number in range(TIMES + 1):
        before, start = _cpu(), time.perf_counter()
        subprocess.run(argv, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
        if number:  # the first one warms the caches
            walls.append(time.perf_counter() - start)
            cpus.append(_cpu() - before)
    return Taken(statistics.median(walls), statistics.median(cpus))


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        for what, taken in measure(Path(name)).items():
            print(f"{what}: {taken.wall:.2f} s wall, {taken.cpu:.2f} s CPU")
