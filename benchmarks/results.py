"""`RESULTS.md`: a section for each part, so that one part can be measured again without the others."""

from __future__ import annotations

import re
from collections.abc import Mapping

from benchmarks.measure import machine, pace

HEAD = """# Measured

Written by `make bench`; [docs/performance.md](../docs/performance.md) says what each row means. Medians of at
least five runs that took turns, unless a row says that there were fewer; a limit is what the project demands
of itself. A part of this is measured again by `python -m benchmarks PART`.
"""
_MACHINE = "Machine"


def whole(sections: Mapping[str, str], facts: str) -> str:
    """The page of a run of everything; `facts` are lines on the run beside those on the machine."""
    parts = {**sections, _MACHINE: machine() + facts}
    return "\n".join([HEAD, *(_section(name, body) for name, body in parts.items())])


def spliced(page: str, name: str, body: str) -> str:
    """The page with one section replaced, or put before the machine's facts."""
    section = _section(name, body)
    found = re.compile(rf"^## {re.escape(name)}\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
    if found.search(page):
        return found.sub(lambda _: f"{section}\n", page, count=1)
    before, mark, after = page.rpartition(f"## {_MACHINE}\n")
    return f"{before}{section}\n{mark}{after}"


def apart() -> str:
    """What differs from part to part when each was measured at a time of its own."""
    facts = dict(re.findall(r"^- ([^:]+): (.*)$", machine(), re.MULTILINE))
    kept = ", ".join(f"{name} {facts[name]}" for name in ("Proctor", "Python", "Docker engine"))
    return f"Measured apart from the rest: {kept}; the fixed loop {pace()}.\n"


def _section(name: str, body: str) -> str:
    return f"## {name}\n\n{body}"
