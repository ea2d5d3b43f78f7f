"""Whole outputs, kept as files. `PROCTOR_SNAPSHOTS=write` writes them anew; then read the difference."""

from __future__ import annotations

import os
from pathlib import Path


def assert_snapshot(text: str, name: str, folder: Path) -> None:
    """Compare `text` with `folder/snapshots/name`."""
    path = folder / "snapshots" / name
    if os.environ.get("PROCTOR_SNAPSHOTS") == "write":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), f"{name}: PROCTOR_SNAPSHOTS=write accepts the new text"
