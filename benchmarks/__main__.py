"""Run every benchmark, print one table, and write it to `benchmarks/RESULTS.md`.

`python -m benchmarks --tiny` only shows that everything runs: small sizes, once, and nothing is written.
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
    hook,
    image,
    render,
    sandbox_exam,
    truth,
)
from benchmarks.measure import Row, machine, pace, seconds, table

RESULTS = Path(__file__).with_name("RESULTS.md")
PARTS = (
    decision,
    check,
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
HEAD = """# Measured

Written by `make bench`; [docs/performance.md](../docs/performance.md) says what each row means. Medians of
runs that took turns; a limit is what the project demands of itself.

"""


def main(arguments: list[str]) -> int:
    """0 when every limit is met, 1 when one is not."""
    tiny = arguments == ["--tiny"]
    began, before = time.perf_counter(), pace()
    rows = [row for part in PARTS for row in _rows(part.__name__, part.rows, tiny=tiny)]
    facts = machine() + f"- a fixed loop, before and after: {before}, {pace()}\n"
    facts += f"- all of this took {seconds(time.perf_counter() - began)}\n"
    text = f"{HEAD}{table(rows)}\n## Machine\n\n{facts}"
    if not tiny:
        RESULTS.write_text(text, encoding="utf-8")
    print(text)
    return int(any(row.met is False for row in rows))


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
