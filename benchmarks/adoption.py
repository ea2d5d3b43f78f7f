"""Two public repositories put under policy: `proctor init`, then `proctor check --no-sandbox`. Once each.

Both ask the package index of this machine. Advisories come from a snapshot of real size where there is one
(see `benchmarks.osv_offline`); else the check asks online.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path

from benchmarks import clones
from benchmarks.check import decisions
from benchmarks.measure import Row, in_turn, process, proctor, seconds, table, timed
from benchmarks.osv_offline import snapshots

REPOSITORIES = ("trailofbits/skills", "anthropics/skills")
SECONDS = 300.0


def rows(*, tiny: bool = False) -> list[Row]:
    """A few rows for each repository; one that says so where its clone is not here."""
    return [row for name in REPOSITORIES[: 1 if tiny else None] for row in _of(name)]


def _of(name: str) -> list[Row]:
    if missing := clones.absent(name):
        return [Row(f"`proctor init` and `check` of {name}", missing)]
    with tempfile.TemporaryDirectory() as folder:
        place, cache = Path(folder, "repository"), ("--cache", str(Path(folder, "cache")))
        _checkout(clones.clone_of(clones.folder(), name), place)
        check = [proctor(), "check", str(place), "--worktree", "--no-sandbox", "--format", "json", *cache]
        check += [f"--advisories={one}" for one in list(snapshots())[:1]]
        said: list[bytes] = []
        init = (proctor(), "init", str(place), *cache)
        found = in_turn({"init": lambda: process(*init, accept=(0, 1))}, 1)
        found |= in_turn({"check": lambda: said.append(process(*check, accept=(0, 1, 3)))}, 1)
    both = found["init"].median + found["check"].median
    return [
        Row(f"{name}: `init`, then `check`", seconds(both), "", f"≤ {seconds(SECONDS)}", both <= SECONDS),
        timed("· `proctor init`, locking included", found["init"]),
        timed("· `proctor check --no-sandbox`", found["check"]),
        Row("· how its skills end", decisions(json.loads(said[0]))),
    ]


def _checkout(clone: Path, place: Path) -> None:
    """The files of the clone's newest commit, in a repository of their own."""
    subprocess.run(["git", "clone", "-q", "--no-local", "--depth=1", clone, place], check=True)


if __name__ == "__main__":
    print(table(rows()))
