"""Advisory scans: OSV read by Proctor against pip-audit, a snapshot cold and warm, many skills at once.

Both sides are whole processes where a peer is a process. The server is one on loopback: connections are kept
alive, Nagle is off, and every answer waits 20 ms, as one from a server far away would.

    python -m benchmarks.advisories
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.generate import repository
from checker.engines.http import Http
from checker.engines.osv import PATIENCE, OsvOnline
from checker.load.lockfile import parse_lock
from checker.model.lock import Pin
from checker.rules.osv.ranges import parsed
from tests.support.osv import CVSS_HIGH, document, pin, until
from tests.support.osv_api import osv_api

DISTRIBUTIONS = 1_000
VULNERABLE = 0.05
DELAY = 0.020
SKILLS = 500
SAMPLE = 6
_POLICY = """version: 1
extends: default
default_maturity: intern
advisories: {max_age_days: 3650, engines: [osv], require: [osv]}
"""
_SKILL = "---\nname: all\ndescription: Generated for a benchmark.\n---\n"


def measure() -> dict[str, Any]:
    """Every figure: seconds, ratios and the counts that show both sides did the same work."""
    return {"online": online(), "many_skills": many_skills(), "offline": offline()}


def online() -> dict[str, float]:
    """1,000 distributions, 5 % of them vulnerable, asked over the network by either engine."""
    chosen = [f"package-{number:04d}==1.{number % 7}" for number in range(DISTRIBUTIONS)]
    with tempfile.TemporaryDirectory() as folder, osv_api(*_flaws(chosen), delay=DELAY) as server:
        lock = Path(folder) / "pylock.toml"
        lock.write_text(_lock(chosen))
        ours, cpu, found = _timed(
            [sys.executable, "-m", "benchmarks.advisories", "scan", server.url, str(lock)]
        )
        audit = [sys.executable, "-m", "pip_audit", "--locked", folder, "-s", "osv", "-f", "json"]
        theirs, _, report = _timed(
            [*audit, "--osv-url", f"{server.url}/v1/query", "--progress-spinner", "off"]
        )
    answered = json.loads(report)["dependencies"]
    return {
        "osv_seconds": ours,
        "osv_cpu_seconds": cpu,
        "pip_audit_seconds": theirs,
        "ratio": theirs / ours,
        "osv_vulnerable": int(found),
        "pip_audit_vulnerable": sum(bool(one["vulns"]) for one in answered),
    }


def many_skills() -> dict[str, float]:
    """500 skills whose locks overlap: the union once, a loop that remembers, and a scan for every skill."""
    with tempfile.TemporaryDirectory() as folder:
        repository(Path(folder), skills=SKILLS)
        locks = sorted(Path(folder).glob("skills/*/pylock.toml"))
        pins = [_pins(path) for path in locks]
        union = frozenset().union(*pins)
        flaws = _flaws(sorted(map(str, union)))
        with osv_api(*flaws, delay=DELAY) as server, Http("osv", PATIENCE, per_host=32) as http:
            engine = OsvOnline(http, server.url)
            figures = {
                "pins": sum(map(len, pins)),
                "distinct": len(union),
                "union_seconds": _seconds(lambda: engine.scan(union)),
                "remembering_loop_seconds": _seconds(lambda: _remembering(engine, pins)),
                "scan_per_skill_seconds": _seconds(lambda: [engine.scan(one) for one in pins]),
                "pip_audit_sample_seconds": _seconds(lambda: _audits(locks[:SAMPLE], server.url)),
            }
    once = figures["union_seconds"]
    figures["ratio_to_loop"] = figures["remembering_loop_seconds"] / once
    figures["ratio_to_scan_per_skill"] = figures["scan_per_skill_seconds"] / once
    return figures


def offline() -> dict[str, float]:
    """`proctor check --offline` over a snapshot of real size, as a whole process: compiling it, then warm."""
    snapshot = next(_snapshots(), None)
    if snapshot is None:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        _repository(home / "repo", _real_pins(snapshot))
        check = [sys.executable, "-m", "checker", "check", str(home / "repo"), "--worktree", "--offline"]
        check += ["--only", "vulnerabilities", "--no-sandbox", "--format", "json"]
        check += ["--advisories", str(snapshot), "--cache", str(home / "cache")]
        cold, cold_cpu, _ = _timed(check)
        times = [_timed(check) for _ in range(3)]
    outcomes = json.loads(times[0][2])["skills"][0]["outcomes"]
    found = next(one["findings"] for one in outcomes if one["check"] == "vulnerabilities")
    return {
        "cold_seconds": cold,
        "cold_cpu_seconds": cold_cpu,
        "warm_seconds": min(times)[0],
        "warm_cpu_seconds": min(times)[1],
        "findings": len(found),
    }


def scan(url: str, lock: str) -> None:
    """What the timed process does: read the lock, ask, print how many distributions are affected."""
    with Http("osv", PATIENCE, per_host=32) as http:
        report = OsvOnline(http, url).scan(_pins(Path(lock)))
    if report.unanswered:
        raise SystemExit(f"unanswered: {len(report.unanswered)}")
    print(sum(bool(found) for found in report.found.values()))


def _flaws(pins: Sequence[str]) -> list[dict[str, Any]]:
    """Two records, in the shapes of PYSEC and GHSA, for 5 % of the pins."""
    chosen = random.Random(1).sample(list(pins), int(len(pins) * VULNERABLE))
    names = sorted({text.partition("==")[0] for text in chosen})
    numbered = list(enumerate(names))
    return [
        *(document(f"PYSEC-2026-{n}", until(name, "99"), aliases=[f"CVE-2026-{n}"]) for n, name in numbered),
        *(
            document(f"GHSA-{n:04d}", until(name, "99"), aliases=[f"CVE-2026-{n}"], severity=[CVSS_HIGH])
            for n, name in numbered
        ),
    ]


def _lock(pins: Sequence[str]) -> str:
    head = 'lock-version = "1.0"\ncreated-by = "benchmark"\nrequires-python = ">=3.11"\n'
    pairs = (text.split("==") for text in pins)
    tool = '\n[tool.proctor]\ntarget = "linux-x86-64"\npython = "3.11"\n'
    return head + "".join(_package(name, version) for name, version in pairs) + tool


def _package(name: str, version: str) -> str:
    url = f"https://index.example/{name.replace('-', '_')}-{version}-py3-none-any.whl"
    wheel = f'{{ url = "{url}", hashes = {{ sha256 = "{"0" * 64}" }} }}'
    return f'\n[[packages]]\nname = "{name}"\nversion = "{version}"\nwheels = [{wheel}]\n'


def _pins(path: Path) -> frozenset[Pin]:
    return parse_lock(path.read_bytes(), "pylock.toml", "linux-x86-64").pins


def _remembering(engine: OsvOnline, pins: Sequence[frozenset[Pin]]) -> None:
    """A loop over the skills that asks only what it did not ask before."""
    known: set[Pin] = set()
    for one in pins:
        if new := one - known:
            engine.scan(frozenset(new))
            known |= new


def _audits(locks: Sequence[Path], url: str) -> None:
    for path in locks:
        folder = ["--locked", str(path.parent), "-s", "osv", "--osv-url", f"{url}/v1/query", "-f", "json"]
        _timed([sys.executable, "-m", "pip_audit", *folder, "--progress-spinner", "off"])


def _snapshots() -> Iterator[Path]:
    named = os.environ.get("PROCTOR_ADVISORIES")
    place = Path(named) if named else Path(__file__).parents[2] / "shared" / "advisories"
    yield from [place] if place.is_file() else sorted(place.glob("*.zip"))


def _real_pins(snapshot: Path) -> list[str]:
    """The first listed version of distributions the snapshot speaks of, filled up with made-up names."""
    from checker.engines.advisories import from_path

    database, chosen = from_path(snapshot).database, dict[str, str]()
    for record in filter(None, map(database.record, database.ids())):
        for entry in record.affected:
            listed = next((text for text in entry.versions if parsed(text) is not None), None)
            if listed is not None:
                chosen.setdefault(entry.name, listed)
    real = dict(list(chosen.items())[: int(DISTRIBUTIONS * VULNERABLE)])
    made_up = {f"package-{number:04d}": "1.0" for number in range(DISTRIBUTIONS - len(real))}
    return [f"{name}=={version}" for name, version in (real | made_up).items()]


def _repository(folder: Path, pins: Sequence[str]) -> None:
    home = folder / "skills/all"
    home.mkdir(parents=True)
    (folder / "policies").mkdir()
    (folder / "policies/maturity.yaml").write_text(_POLICY)
    (home / "SKILL.md").write_text(_SKILL)
    declared = "".join(f"  - {pin(text).name}\n" for text in pins)
    (home / "skill.yaml").write_text(f'version: 1\npython: "3.11"\npackages:\n{declared}')
    (home / "pylock.toml").write_text(_lock(pins))


def _timed(command: Sequence[str], environ: Mapping[str, str] = os.environ) -> tuple[float, float, str]:
    """Seconds on the clock, seconds of CPU (what a busy machine cannot stretch much), and what it printed."""
    start, before = time.perf_counter(), _children()
    env = {**environ, "NO_PROXY": "127.0.0.1"}
    done = subprocess.run(command, check=False, env=env, capture_output=True, text=True)
    seconds, used = time.perf_counter() - start, _children() - before
    if not done.stdout:
        raise SystemExit(f"{' '.join(command)}: {done.stderr[-500:]}")
    return seconds, used, done.stdout


def _children() -> float:
    """CPU seconds of all processes that were started and have ended."""
    times = os.times()
    return times.children_user + times.children_system


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _report(figures: dict[str, Any]) -> None:
    one, many, snapshot = figures["online"], figures["many_skills"], figures["offline"]
    print(
        f"{DISTRIBUTIONS} distributions at {DELAY * 1000:.0f} ms a request: osv {one['osv_seconds']:.2f} s "
        f"(CPU {one['osv_cpu_seconds']:.2f} s), "
        f"pip-audit {one['pip_audit_seconds']:.2f} s, {one['ratio']:.1f} times; vulnerable: "
        f"{one['osv_vulnerable']} and {one['pip_audit_vulnerable']}"
    )
    print(
        f"{SKILLS} skills, {many['pins']} pins of which {many['distinct']} distinct: "
        f"the union {many['union_seconds']:.2f} s; a loop that remembers "
        f"{many['remembering_loop_seconds']:.2f} s, {many['ratio_to_loop']:.1f} times; a scan per skill "
        f"{many['scan_per_skill_seconds']:.2f} s, {many['ratio_to_scan_per_skill']:.1f} times"
    )
    each = many["pip_audit_sample_seconds"] / SAMPLE
    print(f"  (pip-audit: {each:.2f} s a skill over {SAMPLE} skills, so about {each * SKILLS:.0f} s for all)")
    if snapshot:
        print(
            f"offline, whole process: {snapshot['warm_seconds']:.2f} s (CPU "
            f"{snapshot['warm_cpu_seconds']:.2f} s) warm, "
            f"{snapshot['cold_seconds']:.2f} s (CPU {snapshot['cold_cpu_seconds']:.2f} s) compiling; "
            f"findings: {snapshot['findings']}"
        )
    else:
        print("offline: no snapshot of real size here (PROCTOR_ADVISORIES)")


if __name__ == "__main__":
    if sys.argv[1:2] == ["scan"]:
        scan(*sys.argv[2:])
    else:
        _report(measure())
