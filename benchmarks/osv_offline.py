"""`proctor check --offline` over a snapshot of real size: compiling it into the index, and with the index.

The snapshot is not part of the project: PROCTOR_ADVISORIES names it, or it lies in `../shared/advisories`.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.locked import VULNERABLE, lock_text
from benchmarks.measure import Row, in_turn, process, processor, proctor, timed
from checker.engines.advisories import from_path
from checker.rules.osv.ranges import parsed

DISTRIBUTIONS = 1_000
RUNS = 5
COLD, WARM = 6.0, 1.5
_POLICY = """version: 1
extends: default
default_maturity: intern
advisories: {max_age_days: 3650, engines: [osv], require: [osv]}
"""
_SKILL = "---\nname: all\ndescription: Generated for a benchmark.\n---\n"


def rows(*, tiny: bool = False) -> list[Row]:
    """Whole processes, in turn; one row that says so where there is no snapshot."""
    snapshot = next(snapshots(), None)
    if snapshot is None:
        return [Row("`osv` offline", "not measured: no snapshot of real size (PROCTOR_ADVISORIES)")]
    count = 40 if tiny else DISTRIBUTIONS
    with tempfile.TemporaryDirectory() as folder:
        place, cache = Path(folder, "repository"), Path(folder, "cache")
        _write(place, _real_pins(snapshot, count))
        check = [proctor(), "check", str(place), "--worktree", "--offline", "--only", "vulnerabilities"]
        check += ["--no-sandbox", "--format", "json", "--advisories", str(snapshot), "--cache", str(cache)]
        said = process(*check, accept=(1,))
        cold, warm = (lambda: _cold(check, cache)), (lambda: process(*check, accept=(1,)))
        found = in_turn({"cold": cold, "warm": warm}, 1 if tiny else RUNS)
    size = snapshot.stat().st_size / 1e6
    return [
        timed(f"`osv` offline, {count:,} distributions, index there: `proctor check`", found["warm"], WARM),
        processor("· processor time of it", found["warm"]),
        timed(f"· compiling the snapshot ({size:.1f} MB) as well", found["cold"], COLD),
        processor("· processor time of it", found["cold"]),
        Row("· findings", str(_findings(said))),
    ]


def snapshots() -> Iterator[Path]:
    """Zips in the layout of OSV's export that this machine has."""
    named = os.environ.get("PROCTOR_ADVISORIES")
    place = Path(named) if named else Path(__file__).parents[2] / "shared" / "advisories"
    yield from [place] if place.is_file() else sorted(place.glob("*.zip"))


def _cold(check: Sequence[str], cache: Path) -> None:
    shutil.rmtree(cache, ignore_errors=True)
    process(*check, accept=(1,))


def _findings(verdict: bytes) -> int:
    (skill,) = json.loads(verdict)["skills"]
    (outcome,) = (one for one in skill["outcomes"] if one["check"] == "vulnerabilities")
    return len(outcome["findings"])


def _real_pins(snapshot: Path, count: int) -> list[str]:
    """The first listed version of distributions the snapshot speaks of, filled up with made-up names."""
    database, chosen = from_path(snapshot).database, dict[str, str]()
    for record in filter(None, map(database.record, database.ids())):
        for entry in record.affected:
            listed = next((text for text in entry.versions if parsed(text) is not None), None)
            if listed is not None:
                chosen.setdefault(entry.name, listed)
    real = dict(list(chosen.items())[: max(1, int(count * VULNERABLE))])
    made_up = {f"package-{number:04d}": "1.0" for number in range(count - len(real))}
    return [f"{name}=={version}" for name, version in (real | made_up).items()]


def _write(folder: Path, pins: Sequence[str]) -> None:
    declared = "".join(f"  - {text.partition('==')[0]}\n" for text in pins)
    files = {
        "policies/maturity.yaml": _POLICY,
        "skills/all/SKILL.md": _SKILL,
        "skills/all/skill.yaml": f'version: 1\npython: "3.11"\npackages:\n{declared}',
        "skills/all/pylock.toml": lock_text(pins),
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
