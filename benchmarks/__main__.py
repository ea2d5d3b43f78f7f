"""Run every benchmark, print one table, and write it to `benchmarks/RESULTS.md`.

`python -m benchmarks PART...` measures these parts and puts them into the page there is. `--tiny` only
shows that everything runs: small sizes, once, and nothing is written.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import (
    action,
    adoption,
    advisories,
    check,
    decision,
    discovery,
    growth,
    hook,
    image,
    peers,
    render,
    sandbox_exam,
    scale,
    truth,
)
from benchmarks.measure import Row, pace, seconds, table
from benchmarks.results import apart, spliced, whole

RESULTS = Path(__file__).with_name("RESULTS.md")
MODULES = (
    decision,
    check,
    growth,
    scale,
    peers,
    image,
    sandbox_exam,
    hook,
    discovery,
    truth,
    adoption,
    advisories,
    render,
    action,
)
PARTS = {module.__name__.removeprefix("benchmarks."): module for module in MODULES}


def main(arguments: list[str]) -> int:
    """0 when every limit is met, 1 when one is not, 2 for a part that there is not."""
    tiny = "--tiny" in arguments
    names = [name for name in arguments if name != "--tiny"]
    if unknown := [name for name in names if name not in PARTS]:
        print(f"no such part: {', '.join(unknown)} (there are {', '.join(PARTS)})", file=sys.stderr)
        return 2
    began, before = time.perf_counter(), pace()
    rows, sections = list[Row](), dict[str, str]()
    for name in names or PARTS:
        started = time.perf_counter()
        found = _rows(name, PARTS[name].rows, tiny=tiny)
        rows += found
        sections[name] = f"{table(found)}\nThis part took {seconds(time.perf_counter() - started)}.\n"
        print(f"## {name}\n\n{sections[name]}", flush=True)
    if not tiny:
        facts = f"- a fixed loop, before and after: {before}; {pace()}\n"
        facts += f"- all of this took {seconds(time.perf_counter() - began)}\n"
        _write(sections, facts, whole_run=not names)
    return int(any(row.met is False for row in rows))


def _write(sections: dict[str, str], facts: str, *, whole_run: bool) -> None:
    if whole_run:
        RESULTS.write_text(whole(sections, facts), encoding="utf-8")
        return
    page, told = RESULTS.read_text(encoding="utf-8"), apart()
    for name, body in sections.items():
        page = spliced(page, name, f"{body}\n{told}")
    RESULTS.write_text(page, encoding="utf-8")


def _rows(name: str, measure: Callable[..., list[Row]], *, tiny: bool) -> list[Row]:
    """The rows of one part. A part that cannot be measured takes no other along, and counts as not met."""
    print(f"{name} …", file=sys.stderr, flush=True)
    try:
        return measure(tiny=tiny)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever it is, it is told and counts
        told = str(error).replace("|", "/").replace("\n", " ")
        return [Row(name, f"failed: {type(error).__name__}: {told[:300]}", met=False)]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
