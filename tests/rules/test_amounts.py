"""Sizes and ages, as people write them."""

from __future__ import annotations

import pytest

from checker.errors import UsageError
from checker.rules.amounts import age, size


@pytest.mark.parametrize(
    ("text", "bytes_"),
    [
        ("4GB", 4 * 10**9),
        ("500 mb", 500 * 10**6),
        ("1.5GiB", 3 << 29),
        ("0", 0),
        ("12", 12),
        (" 7 kB ", 7000),
    ],
)
def test_sizes(text: str, bytes_: int) -> None:
    assert size(text) == bytes_


@pytest.mark.parametrize(
    ("text", "seconds"), [("30d", 2_592_000), ("12h", 43_200), ("2", 172_800), ("0s", 0)]
)
def test_ages(text: str, seconds: float) -> None:
    assert age(text) == seconds


@pytest.mark.parametrize("text", ["", "GB", "-1GB", "4 parsecs", "1e9", "inf", "\u0661GB", "9" * 40])
def test_what_is_no_amount_is_a_usage_error(text: str) -> None:
    for read in (size, age):
        with pytest.raises(UsageError):
            read(text)
