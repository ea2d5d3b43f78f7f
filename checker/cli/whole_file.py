"""Replacing a file at once."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path


def replace_file(file: Path, text: str) -> None:
    """Write `file` whole or not at all: a reader never sees half of it. Raises OSError."""
    partial = file.with_name(f".{file.name}.partial")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(file)
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
