"""1,000 locked distributions asked over the network: `osv` beside `pip-audit -s osv`, whole processes.

The server is one on loopback: connections are kept alive, Nagle is off, and every answer waits 20 ms.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from benchmarks.locked import DELAY, flaws, lock_text
from benchmarks.measure import Row, in_turn, loopback_directly, process, processor, timed
from tests.support.osv_api import osv_api

DISTRIBUTIONS = 1_000
RUNS = 5
RATIO = 20.0


def rows(*, tiny: bool = False) -> list[Row]:
    """Both sides in turn, and what both found: a scan that found less would be no faster scan."""
    loopback_directly()
    count = 40 if tiny else DISTRIBUTIONS
    chosen = [f"package-{number:04d}==1.{number % 7}" for number in range(count)]
    answers: dict[str, bytes] = {}
    with tempfile.TemporaryDirectory() as folder, osv_api(*flaws(chosen), delay=DELAY) as server:
        lock = Path(folder) / "pylock.toml"
        lock.write_text(lock_text(chosen))
        ours = (sys.executable, "-m", "benchmarks.osv_scan", server.url, str(lock))
        theirs = [sys.executable, "-m", "pip_audit", "--locked", folder, "-s", "osv", "-f", "json"]
        theirs += ["--osv-url", f"{server.url}/v1/query", "--progress-spinner", "off"]
        process(*ours)  # the first run compiles
        things = {
            "osv": lambda: answers.update(osv=process(*ours)),
            "pip-audit": lambda: answers.update(theirs=process(*theirs, accept=(0, 1))),
        }
        found = in_turn(things, 1 if tiny else RUNS)
    ratio = found["pip-audit"].median / found["osv"].median
    affected = sum(bool(one["vulns"]) for one in json.loads(answers["theirs"])["dependencies"])
    counts = f"{int(answers['osv'])} and {affected}"
    if int(answers["osv"]) != affected:
        raise SystemExit(f"the two sides found different things: {counts}")
    return [
        timed(f"`osv` online, {count:,} distributions, {DELAY * 1e3:.0f} ms a request", found["osv"]),
        processor("· processor time of it", found["osv"]),
        timed("· its peer: `pip-audit -s osv`, same lock, same server", found["pip-audit"]),
        Row("· ratio", f"{ratio:.1f} x", "", f"≥ {RATIO:.0f} x", None if tiny else ratio >= RATIO),
        Row("· vulnerable distributions that each side found", counts),
    ]
