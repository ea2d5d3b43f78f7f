"""Advisory scans: `osv` beside pip-audit, many skills at once, a snapshot cold and warm.

python -m benchmarks.advisories
"""

from __future__ import annotations

from benchmarks import osv_many, osv_offline, osv_online
from benchmarks.measure import Row, table


def rows(*, tiny: bool = False) -> list[Row]:
    """Every figure that is asked of advisory scans."""
    return [row for part in (osv_online, osv_many, osv_offline) for row in part.rows(tiny=tiny)]


if __name__ == "__main__":
    print(table(rows()))
