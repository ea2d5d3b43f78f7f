"""Locks and advisories made up for benchmarks: what is locked, and which of it is vulnerable."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from checker.load.lockfile import parse_lock
from checker.model.lock import Pin
from tests.support.osv import CVSS_HIGH, document, until

VULNERABLE = 0.05
#: Seconds added to every request, as by a server far away.
DELAY = 0.020
#: Requests under way at once in the scans that are measured, as in a run of `proctor check`.
AT_ONCE = 32


def flaws(pins: Sequence[str]) -> list[dict[str, Any]]:
    """Two records, in the shapes of PYSEC and GHSA, for 5 % of the pins (at least one)."""
    chosen = random.Random(1).sample(list(pins), max(1, int(len(pins) * VULNERABLE)))
    numbered = list(enumerate(sorted({text.partition("==")[0] for text in chosen})))
    return [
        *(document(f"PYSEC-2026-{n}", until(name, "99"), aliases=[f"CVE-2026-{n}"]) for n, name in numbered),
        *(
            document(f"GHSA-{n:04d}", until(name, "99"), aliases=[f"CVE-2026-{n}"], severity=[CVSS_HIGH])
            for n, name in numbered
        ),
    ]


def lock_text(pins: Sequence[str]) -> str:
    """A lock of these `name==version`, one wheel each."""
    head = 'lock-version = "1.0"\ncreated-by = "benchmark"\nrequires-python = ">=3.11"\n'
    pairs = (text.split("==") for text in pins)
    tool = '\n[tool.proctor]\ntarget = "linux-x86-64"\npython = "3.11"\n'
    return head + "".join(_package(name, version) for name, version in pairs) + tool


def pins_of(path: Path) -> frozenset[Pin]:
    """What a lock holds."""
    return parse_lock(path.read_bytes(), "pylock.toml", "linux-x86-64").pins


def _package(name: str, version: str) -> str:
    url = f"https://index.example/{name.replace('-', '_')}-{version}-py3-none-any.whl"
    wheel = f'{{ url = "{url}", hashes = {{ sha256 = "{"0" * 64}" }} }}'
    return f'\n[[packages]]\nname = "{name}"\nversion = "{version}"\nwheels = [{wheel}]\n'
