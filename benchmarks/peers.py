"""What people would use instead, on 1,000 skills: another scanner of skills, and a loop of one's own.

`cisco-ai-skill-scanner` is the gate that others put in this place. It asks another question (is a skill's
text or code malicious?), without policy or lock. It runs as its documentation shows, without a language
model, and its environment's proxy leads nowhere, so that it is offline for sure.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.check import OPTIONS
from benchmarks.kept import CHANGED, SCRATCH, kept
from benchmarks.measure import PATIENCE, Row, Sample, in_turn, process, proctor, table, timed
from checker.engines.uv import find_uv

SKILLS, RUNS = 1_000, 5
SCANNER = "cisco-ai-skill-scanner"
_NOWHERE = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9")
_GATE = ("--fail-on-severity", "high")


def rows(*, tiny: bool = False) -> list[Row]:
    """Ours beside the loop and the scanner, the one changed skill and all of them, in turn."""
    skills, runs = (10, 1) if tiny else (SKILLS, RUNS)
    place, scanner = kept(skills), _scanner()
    with tempfile.TemporaryDirectory() as cache:
        check = (proctor(), "check", str(place), *OPTIONS, "--cache", cache)
        loop = (sys.executable, "-m", "benchmarks.plain_loop", str(place))
        _agree(process(*check, "--format", "json", accept=(0, 1)), process(*loop).decode())
        things: dict[str, Callable[[], object]] = {
            "one": partial(process, *check, "--base", "main"),
            "all": partial(process, *check, accept=(0, 1)),
            "loop": partial(process, *loop),
        }
        if scanner is not None:
            things["scan"] = partial(_scan, scanner, "scan", place / CHANGED)
            things["scan-all"] = partial(_scan, scanner, "scan-all", place / "skills")
        found = in_turn(things, runs, patience=PATIENCE)
    return [
        timed(f"one changed skill of {skills:,}, `packages` and `lock`, warm cache", found["one"]),
        timed(f"all {skills:,}, warm cache", found["all"]),
        timed("· a plain loop over all: one process, PyYAML, tomllib, packaging, no cache", found["loop"]),
        Row("· ratio, one changed", _times(found["loop"], found["one"])),
        Row("· ratio, all", _times(found["loop"], found["all"])),
        *_scanned(scanner, found, skills),
    ]


def _scanned(scanner: Path | None, found: dict[str, Sample], skills: int) -> list[Row]:
    if scanner is None:
        return [Row(f"`{SCANNER}`", "not measured: it cannot be installed here (no package index?)")]
    version = process(str(scanner), "--version").decode().split()[-1]
    return [
        timed(f"`skill-scanner scan` ({version}), the one skill, offline, no language model", found["scan"]),
        Row("· ratio to `proctor check`, one changed", _times(found["scan"], found["one"])),
        timed(f"`skill-scanner scan-all`, all {skills:,}", found["scan-all"]),
        Row("· ratio to `proctor check`, all", _times(found["scan-all"], found["all"])),
    ]


def _times(theirs: Sample, ours: Sample) -> str:
    return f"{theirs.median / ours.median:.1f} x"


def _agree(verdict: bytes, denied: str) -> None:
    """A loop that found something else would be no peer."""
    ours = [one["skill"] for one in json.loads(verdict)["skills"] if one["decision"] == "fail"]
    if ours != denied.split():
        raise SystemExit(f"the plain loop denies {len(denied.split())} skills, Proctor {len(ours)}")


def _scan(scanner: Path, command: str, target: Path) -> bytes:
    environment = [f"{name}={value}" for name, value in _NOWHERE.items()]
    return process("env", *environment, str(scanner), command, str(target), *_GATE, accept=(0, 1))


def _scanner() -> Path | None:
    """The peer's program, in an environment of its own that stays; None where it cannot be had."""
    home = SCRATCH / SCANNER
    program = home / "bin" / "skill-scanner"
    uv = str(find_uv())
    make = (uv, "venv", "--clear", "--python", sys.executable, str(home))
    install = (uv, "pip", "install", "--compile-bytecode", "--python", str(home), SCANNER)
    if not program.exists():
        try:
            for argv in (make, install):
                subprocess.run(argv, check=True, capture_output=True)
        except subprocess.CalledProcessError:
            return None
    return program


if __name__ == "__main__":
    print(table(rows(tiny="--tiny" in sys.argv)))
