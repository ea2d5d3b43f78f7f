"""The pre-commit hook: one changed skill of 1,000, a registry of 500. Peer: a hook that does nothing.

Three things are timed in turn: the hook alone; a whole `pre-commit run` with it; and the same with a hook
that does nothing, which is what pre-commit and git take by themselves.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.generate import repository
from benchmarks.measure import Row, in_turn, processor, table, timed

ROOT = Path(__file__).parents[1]
SKILLS, ENTRIES, RUNS = 1_000, 500, 7
SECONDS = 0.8
CHANGED = "skills/skill-00007/SKILL.md"
HOOK = (sys.executable, "-m", "checker", "hook", "check")
NOTHING = (sys.executable, "-S", "-c", "pass")


def rows(*, tiny: bool = False) -> list[Row]:
    """What each of the three takes, in a fresh repository."""
    skills, runs = (10, 1) if tiny else (SKILLS, RUNS)
    with tempfile.TemporaryDirectory() as name:
        place = _changed(Path(name, "repo"), skills)
        env = {**os.environ, "PYTHONPATH": str(ROOT), "PRE_COMMIT_HOME": str(Path(name, "home"))}
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        calls = {
            "hook": (*HOOK, CHANGED),
            "idle": _pre_commit(Path(name, "idle.yaml"), NOTHING),
            "all": _pre_commit(Path(name, "hook.yaml"), HOOK),
        }
        things = {what: _runner(argv, place, env) for what, argv in calls.items()}
        in_turn(things, 1)  # the first run compiles
        found = in_turn(things, runs)
    return [
        timed(
            f"`pre-commit run`, one changed skill of {skills:,}, registry of {ENTRIES}", found["all"], SECONDS
        ),
        processor("· processor time of it", found["all"]),
        timed("· its floor: `pre-commit run` with a hook that does nothing", found["idle"]),
        timed("· the hook alone", found["hook"]),
    ]


def _changed(repo: Path, skills: int) -> Path:
    """A git repository with one change staged."""
    repository(repo, skills=skills)
    _git(repo, "init", "-q")
    _git(repo, "add", "--all")
    _git(repo, "-c", "user.name=b", "-c", "user.email=b@example.org", "commit", "-q", "-m", "all")
    with (repo / CHANGED).open("a") as file:
        file.write("changed\n")
    _git(repo, "add", "--all")
    return repo


def _pre_commit(config: Path, entry: Sequence[str]) -> tuple[str, ...]:
    config.write_text(_config(entry))
    return (sys.executable, "-m", "pre_commit", "run", "--config", str(config), "--files", CHANGED)


def _config(entry: Sequence[str]) -> str:
    words = "[" + ", ".join(f'"{word}"' for word in entry[1:]) + "]"
    return (
        "repos:\n  - repo: local\n    hooks:\n      - id: timed\n        name: timed\n"
        f'        language: system\n        entry: "{entry[0]}"\n        args: {words}\n'
        "        require_serial: true\n"
    )


def _runner(argv: Sequence[str], place: Path, env: dict[str, str]) -> Callable[[], object]:
    return lambda: subprocess.run(argv, cwd=place, env=env, check=True, stdout=subprocess.DEVNULL)


def _git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    print(table(rows()))
