"""What a report is written for."""

from __future__ import annotations

from typing import NamedTuple


class Page(NamedTuple):
    """The reader's page: `width` in columns, and whether it shows colour. Only a terminal has either.

    `docs` is the address of Proctor's documentation, without a slash at its end; empty where none is known.
    """

    width: int = 100
    color: bool = False
    docs: str = ""


PLAIN = Page()
