"""500 skills whose locks overlap: the union asked once, a loop that remembers, and a scan for every skill."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.generate import repository
from benchmarks.locked import AT_ONCE, DELAY, flaws, pins_of
from benchmarks.measure import Row, in_turn, loopback_directly, process, seconds, timed
from checker.engines.http import Http
from checker.engines.osv import PATIENCE, OsvOnline
from checker.model.lock import Pin
from tests.support.osv_api import osv_api

SKILLS = 500
SAMPLE = 6


def rows(*, tiny: bool = False) -> list[Row]:
    """The three ways over one engine and one server, and pip-audit on a few skills beside them."""
    loopback_directly()
    skills, sample = (5, 1) if tiny else (SKILLS, SAMPLE)
    with tempfile.TemporaryDirectory() as folder:
        repository(Path(folder), skills=skills)
        locks = sorted(Path(folder).glob("skills/*/pylock.toml"))
        pins = [pins_of(path) for path in locks]
        union = frozenset().union(*pins)
        known = flaws(sorted(map(str, union)))
        with osv_api(*known, delay=DELAY) as server, Http("osv", PATIENCE, per_host=AT_ONCE) as http:
            engine = OsvOnline(http, server.url)
            once = in_turn({"union": lambda: engine.scan(union)}, 5)["union"]
            found = in_turn(
                {
                    "loop": lambda: _remembering(engine, pins),
                    "each": lambda: [engine.scan(one) for one in pins],
                    "pip-audit": lambda: _audits(locks[:sample], server.url),
                },
                1 if tiny else 3,
            )
    each = found["pip-audit"].median / sample
    return [
        timed(f"advisories of {skills} skills: the union of their locks, asked once", once),
        Row("· their overlap", f"{sum(map(len, pins)):,} locked distributions, {len(union):,} different"),
        timed("· a loop over the skills that asks only what is new", found["loop"]),
        Row("· ratio", f"{found['loop'].median / once.median:.1f} x"),
        timed("· a scan for every skill, same engine", found["each"]),
        Row("· ratio", f"{found['each'].median / once.median:.1f} x"),
        Row(f"· `pip-audit -s osv`, a skill of {sample}", seconds(each), f"all: about {each * skills:.0f} s"),
    ]


def _remembering(engine: OsvOnline, pins: Sequence[frozenset[Pin]]) -> None:
    """A loop over the skills that asks only what it did not ask before."""
    known: set[Pin] = set()
    for one in pins:
        if new := one - known:
            engine.scan(frozenset(new))
            known |= new


def _audits(locks: Sequence[Path], url: str) -> None:
    for path in locks:
        options = ("--locked", str(path.parent), "-s", "osv", "--osv-url", f"{url}/v1/query", "-f", "json")
        process(sys.executable, "-m", "pip_audit", *options, "--progress-spinner", "off", accept=(0, 1))
