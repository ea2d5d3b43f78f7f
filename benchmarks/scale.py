"""Ten thousand skills: one changed with scan and sandbox, and all of them with everything but the sandbox.

Offline over a snapshot of advisories that is made up for it: 5 % of the distributions are affected. The one
skill's wheels are at hand, and its script is another one in each run, so that its evidence is never old.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path

from benchmarks.generate import WIDE
from benchmarks.kept import CHANGED, commit, kept
from benchmarks.locked import flaws
from benchmarks.measure import Row, Sample, in_turn, process, processor, proctor, table, timed
from benchmarks.profiled import profile_row, run
from checker.engines.sandbox import Engine, Keep, State, tidy
from tests.support.osv import export
from tests.support.wheels import Built, build_wheel

SKILLS, RUNS = 10_000, 5
EXAM, WHOLE, PEAK = 6.0, 120.0, 1.5e9
PYTHON = f"{sys.version_info[0]}.{sys.version_info[1]}"
_NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
_NAMES = ("package-00000", "package-00001", "package-00002")
_PIN = re.compile(r'^name = "([^"]+)"\nversion = "([^"]+)"$', re.MULTILINE)


def rows(*, tiny: bool = False) -> list[Row]:
    """Both cases; the first one needs an engine."""
    skills = 25 if tiny else SKILLS
    return [*_exam(skills, 1 if tiny else RUNS), *_whole(skills)]


def _exam(skills: int, runs: int) -> list[Row]:
    what = f"{skills:,} skills, one changed: policy, lock, scan and sandbox, offline, warm"
    engine = Engine()
    version = engine.version()
    engine.close()
    if not version:
        return [Row(what, "not measured: no Docker engine answers")]
    with tempfile.TemporaryDirectory() as folder, _changing(Path(folder), skills) as change:
        check = _check(Path(folder), Path(folder, "repository"), "--base", "origin/main", "--format", "json")
        whole = {"": partial(_passed, check)}
        in_turn(whole, 1, before=change)  # makes the base, the layer of packages, the index of advisories
        found = in_turn(whole, runs, before=change)[""]
        change()
        spent = run([*check, "--profile"]).said
    return [timed(what, found, EXAM), processor("· processor time of it", found), profile_row(spent)]


def _passed(check: Sequence[str]) -> None:
    """Ask for a verdict in which the one skill passes what is to be measured. SystemExit for another one."""
    (skill,) = json.loads(process(*check, accept=(0, 1, 3)))["skills"]
    ends = {outcome["check"]: outcome["status"] for outcome in skill["outcomes"]}
    if (ends["sandbox"], ends["vulnerabilities"]) != ("passed", "passed"):
        raise SystemExit(f"the one skill ended as {ends}")


@contextmanager
def _changing(folder: Path, skills: int) -> Iterator[Callable[[], None]]:
    """What changes the one skill once more, in a clone; images and containers are removed in the end."""
    place, wheels, numbers = folder / "repository", [build_wheel(name, "2.0") for name in _NAMES], count()
    source = kept(skills)
    subprocess.run(["git", "clone", "-q", "--shared", "--no-checkout", source, place], check=True)
    subprocess.run(["git", "symbolic-ref", "HEAD", "refs/heads/exam"], cwd=place, check=True)
    _snapshot(folder, source)
    for wheel in wheels:
        kept_at = folder / "cache" / "wheels" / wheel.sha256 / wheel.filename
        kept_at.parent.mkdir(parents=True)
        kept_at.write_bytes(wheel.data)
    try:
        yield lambda: commit(place, "exam", "change", _skill(wheels, next(numbers)))
    finally:
        engine = Engine()
        tidy(engine, State(folder / "cache" / "sandbox"), Keep(0, None))
        engine.close()


def _skill(wheels: list[Built], number: int) -> dict[str, str]:
    """A skill with three packages of its own, a script that no run saw before, and a test."""
    imports = "".join(f"import {name.replace('-', '_')}\n" for name in _NAMES)
    declared = "".join(f"  - {name}>=2\n" for name in _NAMES)
    texts = {
        "skill.yaml": f'version: 1\nmaturity: intern\npython: "{PYTHON}"\npackages:\n{declared}',
        "pylock.toml": _lock(wheels),
        "scripts/run.py": f"import argparse\n{imports}\nargparse.ArgumentParser().parse_args()\n# {number}\n",
        "tests/test_run.py": f"{imports}\n\ndef test_it():\n    assert {number} >= 0\n",
    }
    return {f"{CHANGED}/{file}": text for file, text in texts.items()}


def _lock(wheels: list[Built]) -> str:
    head = 'lock-version = "1.0"\ncreated-by = "uv"\nrequires-python = ">=3.11"\n'
    entries = "".join(
        f'\n[[packages]]\nname = "{name}"\nversion = "2.0"\ndependencies = []\nwheels = [{{ url = '
        f'"https://index.example/{wheel.filename}", size = {len(wheel.data)}, upload-time = 2026-01-01 '
        f'00:00:00+00:00, hashes = {{ sha256 = "{wheel.sha256}" }} }}]\n'
        for name, wheel in zip(_NAMES, wheels, strict=True)
    )
    tool = f'\n[tool.proctor]\ntarget = "linux-x86-64"\npython = "{PYTHON}"\n'
    return f"{head}{entries}{tool}exclude-newer = 2026-11-01 00:00:00+00:00\n"


def _whole(skills: int) -> list[Row]:
    place = kept(skills, WIDE)
    with tempfile.TemporaryDirectory() as folder:
        pins = _snapshot(Path(folder), place)
        check = _check(Path(folder), place, "--no-sandbox", "--profile")
        done = run(check, accept=(0, 1, 3))
    told = " ".join(done.output.rpartition("(exit code")[2].split())  # the last line, wrapped or not
    what = f"{skills:,} skills with {len(pins):,} distributions, everything but the sandbox, offline, cold"
    peak, most = f"{done.peak / 1e6:,.0f} MB", f"≤ {PEAK / 1e6:,.0f} MB"
    return [
        timed(what, Sample((done.wall,)), WHOLE),
        Row("· most memory at once, all processes", peak, "", most, done.peak <= PEAK),
        Row("· how they end", told.partition(" · ")[2], "", "every scan answered", _answered(done.output)),
        profile_row(done.said, "it"),
    ]


def _answered(report: str) -> bool:
    """Whether both engines answered for every skill: a run that could not ask proves nothing."""
    left_out = re.findall(r"^(?:skipped|not run|in part) +(\S+?)[,:]", report, re.MULTILINE)
    unknown = "inconclusive" in report or "could not be checked" in report
    return not unknown and not {"vulnerabilities", "osv", "pip-audit"} & {*left_out}


def _check(folder: Path, place: Path, *more: str) -> list[str]:
    argv = [proctor(), "check", str(place), "--offline", "--now", _NOW.isoformat(), *more]
    return [*argv, "--advisories", str(folder / "advisories.zip"), "--cache", str(folder / "cache")]


def _snapshot(folder: Path, place: Path) -> list[str]:
    """Write a snapshot on what the locks of a repository hold; that, as `name==version`."""
    locks = (path.read_text() for path in place.glob("skills/*/pylock.toml"))
    pins = sorted({f"{name}=={version}" for lock in locks for name, version in _PIN.findall(lock)})
    fresh = {"modified": f"{_NOW - dt.timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"}
    known = [
        one for one in flaws(pins) if not {entry["package"]["name"] for entry in one["affected"]} & {*_NAMES}
    ]
    (folder / "advisories.zip").write_bytes(export(*(one | fresh for one in known)))
    return pins


if __name__ == "__main__":
    print(table(rows(tiny="--tiny" in sys.argv)))
