"""The process that `osv` is timed as: read a lock, ask a server, print how many distributions are affected.

Usage: python -m benchmarks.osv_scan URL LOCK. It loads what `proctor` loads for this, and no test support.
"""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path


def main(url: str, lock: str) -> None:
    # As `checker.cli` sets them for every command.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    gc.set_threshold(200_000, 20, 100)
    from checker.engines.http import Http
    from checker.engines.osv import PATIENCE, OsvOnline
    from checker.load.lockfile import parse_lock

    pins = parse_lock(Path(lock).read_bytes(), "pylock.toml", "linux-x86-64").pins
    with Http("osv", PATIENCE, per_host=32) as http:
        report = OsvOnline(http, url).scan(pins)
    if report.unanswered:
        raise SystemExit(f"unanswered: {len(report.unanswered)}")
    print(sum(bool(found) for found in report.found.values()))


if __name__ == "__main__":
    main(*sys.argv[1:])
