"""What the tests of loading say of texts."""

from __future__ import annotations

from checker.escape import visible


def safe(text: str) -> bool:
    """Tell whether a text can be printed as it is, on one line."""
    return visible(text) == text
