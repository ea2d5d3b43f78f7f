"""The policy half on a large repository, and how long `proctor` takes to start. Whole processes."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.generate import repository
from benchmarks.measure import Row, in_turn, process, processor, proctor, table, timed

SKILLS = 1_000
RUNS = 5
STARTS = 15
OPTIONS = ("--no-sandbox", "--offline", "--only", "packages", "--only", "lock")


def rows(*, tiny: bool = False) -> list[Row]:
    """`proctor check` on a repository of 1,000 skills, and `proctor --version` beside `python -c pass`."""
    return [*_start(1), *_check(25, 1)] if tiny else [*_start(STARTS), *_check(SKILLS, RUNS)]


def _start(starts: int) -> list[Row]:
    script = proctor()
    things = {
        "proctor": lambda: process(script, "--version"),
        "python": lambda: process(sys.executable, "-c", "pass"),
    }
    in_turn(things, 1)  # the first run compiles
    found = in_turn(things, starts)
    ratio = found["proctor"].median / found["python"].median
    return [
        timed("`proctor --version`", found["proctor"]),
        timed("· its floor: `python -c pass`, same interpreter", found["python"]),
        Row("· ratio", f"{ratio:.1f} x", "", "≤ 8 x", ratio <= 8),
    ]


def _check(skills: int, runs: int) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        repository(place, skills=skills)
        commit(place)
        argv = (proctor(), "check", *OPTIONS)
        verdict = json.loads(process(*argv, "--format", "json", cwd=place, accept=(1,)))
        one = ("--skill", "skills/skill-00001")
        things = {
            "all": lambda: process(*argv, cwd=place, accept=(1,)),
            "one": lambda: process(*argv, *one, cwd=place),
        }
        found = in_turn(things, runs)
        return [
            timed(f"`proctor check` of {skills:,} skills, `packages` and `lock`", found["all"], 5.0),
            processor("· processor time of it", found["all"]),
            Row("· what it judged", decisions(verdict)),
            Row("· their locks", _sizes(place)),
            timed("the same for one skill of them", found["one"]),
            processor("· processor time of it", found["one"]),
        ]


def commit(place: Path) -> None:
    """Make the folder a git repository of one commit."""
    who = ("-c", "user.name=Benchmark", "-c", "user.email=benchmark@example.org")
    for command in (("init", "-q"), ("add", "-A"), (*who, "commit", "-q", "-m", "Generated")):
        subprocess.run(["git", *command], cwd=place, check=True)


def decisions(verdict: dict[str, list[dict[str, str]]]) -> str:
    decisions = [skill["decision"] for skill in verdict["skills"]]
    return ", ".join(f"{decisions.count(word)} {word}" for word in sorted(set(decisions), reverse=True))


def _sizes(place: Path) -> str:
    locks = sorted(place.rglob("pylock.toml"))
    sizes = [path.stat().st_size for path in locks]
    entries = sum(path.read_bytes().count(b"[[packages]]") for path in locks)
    median, largest = statistics.median(sizes) / 1e3, max(sizes) / 1e3
    return f"{median:.1f} kB at the median, {largest:.0f} kB the largest; {entries:,} locked distributions"


if __name__ == "__main__":
    print(table(rows()))
