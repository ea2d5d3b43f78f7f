"""Word lists that can be read as such in the source."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """The words of `text`, parted by blanks."""
    return frozenset(text.split())
