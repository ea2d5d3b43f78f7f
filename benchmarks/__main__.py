"""Run every benchmark, print one table, and write it to `benchmarks/RESULTS.md`."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks import action, check, decision, image
from benchmarks.measure import machine, pace, table

RESULTS = Path(__file__).with_name("RESULTS.md")
HEAD = """# Measured

Written by `make bench`; [docs/performance.md](../docs/performance.md) says what each row means. Medians of
runs that took turns; a limit is what the project demands of itself.

"""


def main() -> int:
    """0 when every limit is met, 1 when one is not."""
    before = pace()
    rows = [row for part in (decision, check, image, action) for row in part.rows()]
    facts = machine() + f"- a fixed loop, before and after: {before}, {pace()}\n"
    text = f"{HEAD}{table(rows)}\n## Machine\n\n{facts}"
    RESULTS.write_text(text, encoding="utf-8")
    print(text)
    return int(any(row.met is False for row in rows))


if __name__ == "__main__":
    sys.exit(main())
