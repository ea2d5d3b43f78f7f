"""How much of images, layers, wheels and evidence stays: by options, by the environment, or by default."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

from checker.cli.evidence import stores
from checker.engines.sandbox import Keep
from checker.escape import visible
from checker.rules.amounts import age, size

MAX_SIZE, MAX_AGE = "PROCTOR_CACHE_MAX_SIZE", "PROCTOR_CACHE_MAX_AGE"


def keep(cache: Path) -> Keep:
    """What stays after a run. Raises UsageError for a limit that is none."""
    limits = Keep(wheels=cache / "wheels", records=stores(cache))
    if given := os.environ.get(MAX_SIZE):
        limits = replace(limits, max_bytes=size(given))
    if given := os.environ.get(MAX_AGE):
        limits = replace(limits, max_age=age(given))
    return limits


def asked(cache: Path, older_than: str | None, max_size: str | None) -> Keep:
    """What `proctor sandbox clean` leaves; without options nothing. Raises UsageError."""
    wheels, records = cache / "wheels", stores(cache)
    if older_than is None and max_size is None:
        return Keep(0, None, wheels, records)
    return Keep(
        size(max_size) if max_size is not None else None,
        age(older_than) if older_than is not None else None,
        wheels,
        records,
    )


def tell(reason: str) -> None:
    """A clean-up that failed is said beside the verdict, which stands."""
    sys.stderr.write(f"proctor: not cleaned up: {visible(reason)}\n")
