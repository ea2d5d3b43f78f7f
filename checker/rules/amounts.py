"""Sizes and ages as people write them: `4GB`, `500 MB`, `30d`, `12h`. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from checker.errors import UsageError
from checker.escape import shortened, visible

_BYTES = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12}
_BYTES |= {"kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30, "tib": 1 << 40}
_SECONDS = {"": 86_400, "s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_AMOUNT = re.compile(r"\s*(\d{1,9}(?:\.\d{1,3})?)\s*([a-z]*)\s*", re.IGNORECASE | re.ASCII)


def size(text: str) -> int:
    """Bytes of `4GB`, `512MiB` or a bare number of bytes. Raises UsageError."""
    return int(_amount(text, _BYTES, "a size such as 4GB or 500MB"))


def age(text: str) -> float:
    """Seconds of `30d`, `12h`, `90m` or a bare number of days. Raises UsageError."""
    return _amount(text, _SECONDS, "an age such as 30d or 12h")


def _amount(text: str, units: Mapping[str, int], wanted: str) -> float:
    found = _AMOUNT.fullmatch(text)
    unit = units.get(found[2].lower()) if found else None
    if found is None or unit is None:
        raise UsageError(f"`{shortened(visible(text), 60)}` is not {wanted}")
    return float(found[1]) * unit
