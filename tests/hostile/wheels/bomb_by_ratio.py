"""Thirty megabytes of nothing in thirty kilobytes."""

# group: packages
# outcome: refused
# says: [times its size]

from pathlib import Path

from tests.support.sandbox import zipped


def make(folder: Path) -> Path:
    return zipped(folder / "evil-1.0-py3-none-any.whl", [("evil.bin", bytes(30 << 20))])
