"""How the cost grows with the repository: 10 to 10,000 skills, of which one changed, and all of them.

Whole processes of `proctor check` over git, policy and lock checks. *Warm* is with the cache folder that one
earlier run left, *cold* with an empty one. Writes the table in docs/performance.md and docs/growth.svg.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks.check import OPTIONS
from benchmarks.growth_page import write
from benchmarks.kept import kept
from benchmarks.measure import PATIENCE, Row, Sample, in_turn, process, processor, proctor, table, timed
from benchmarks.profiled import profile_row, run

SIZES = (10, 100, 1_000, 10_000)
RUNS = 5
WARM, COLD, GROWTH = 1.5, 60.0, 2.0


def rows(*, tiny: bool = False) -> list[Row]:
    """Every size; the largest is held against the limits."""
    sizes = (10, 50) if tiny else SIZES
    with tempfile.TemporaryDirectory() as folder:
        things = {name: thing for size in sizes for name, thing in _things(size, Path(folder)).items()}
        found = in_turn(things, 1 if tiny else RUNS, patience=PATIENCE)
        spent = run(_argv(kept(sizes[-1]), _warm(Path(folder), sizes[-1]), *_BASE, "--profile"))
    if not tiny:
        write(sizes, found)
    return [*_changed(sizes, found, profile_row(spent.said)), *_whole(sizes, found)]


_BASE, _JSON = ("--base", "main"), ("--format", "json")


def _things(size: int, folder: Path) -> dict[str, Callable[[], object]]:
    place, warm, cold = kept(size), _warm(folder, size), folder / f"cold-{size}"
    one = _only(_change(place, warm, *_JSON))
    if one != 1:
        raise SystemExit(f"{one} skills were examined where one changed")

    def start() -> None:
        process(proctor(), "--version")
        process("git", "diff-tree", "-r", "main", "change", cwd=place)

    return {
        f"warm {size}": lambda: _change(place, warm),
        f"cold {size}": lambda: _forgotten(cold, _change(place, cold)),
        f"whole {size}": lambda: _forgotten(cold, _check(place, cold)),
        f"floor {size}": start,
    }


def _warm(folder: Path, size: int) -> Path:
    return folder / f"warm-{size}"


def _change(place: Path, cache: Path, *more: str) -> bytes:
    return _check(place, cache, *_BASE, *more)


def _check(place: Path, cache: Path, *more: str) -> bytes:
    return process(*_argv(place, cache, *more), accept=(0, 1))


def _argv(place: Path, cache: Path, *more: str) -> tuple[str, ...]:
    return (proctor(), "check", str(place), *OPTIONS, "--cache", str(cache), *more)


def _forgotten(cache: Path, _: bytes) -> Callable[[], None]:
    """What empties the cache again when the time has been taken."""
    return lambda: shutil.rmtree(cache, ignore_errors=True)


def _only(verdict: bytes) -> int:
    return len(json.loads(verdict)["skills"])


def _changed(sizes: tuple[int, ...], found: Mapping[str, Sample], spent: Row) -> list[Row]:
    *smaller, most = sizes
    largest = found[f"warm {most}"]
    ratio = largest.median / found[f"warm {smaller[-1]}"].median
    grown = f"· growth from {smaller[-1]:,} to {most:,}"
    return [
        timed(f"{most:,} skills, one changed: `packages` and `lock`, warm cache", largest, WARM),
        processor("· processor time of it", largest),
        timed("· its floor: `proctor --version` and `git diff-tree`", found[f"floor {most}"]),
        spent,
        *(timed(f"· {size:,} skills", found[f"warm {size}"]) for size in reversed(smaller)),
        Row(grown, f"{ratio:.2f} x", "", f"≤ {GROWTH:.0f} x", ratio <= GROWTH),
        timed(f"{most:,} skills, one changed, cold cache", found[f"cold {most}"], COLD),
        *(timed(f"· {size:,} skills", found[f"cold {size}"]) for size in reversed(smaller)),
    ]


def _whole(sizes: tuple[int, ...], found: Mapping[str, Sample]) -> list[Row]:
    *smaller, most = sizes
    return [
        timed(f"{most:,} skills, all of them, cold cache", found[f"whole {most}"]),
        *(timed(f"· {size:,} skills", found[f"whole {size}"]) for size in reversed(smaller)),
    ]


if __name__ == "__main__":
    print(table(rows(tiny="--tiny" in sys.argv)))
