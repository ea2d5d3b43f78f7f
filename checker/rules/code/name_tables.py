"""Tables of distribution names that ship with the project, each with the day it was last reviewed."""

from __future__ import annotations

import datetime as dt
import tomllib
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

from packaging.utils import NormalizedName, canonicalize_name


class Popular(NamedTuple):
    """Very popular distributions, as of a day."""

    reviewed: dt.date
    names: frozenset[NormalizedName]


@cache
def popular() -> Popular:
    """`data/popular.toml`."""
    raw = _table("popular.toml")
    return Popular(raw["reviewed"], frozenset(map(canonicalize_name, raw["names"])))


@cache
def plugins() -> frozenset[NormalizedName]:
    """`data/plugins.toml`: distributions that others load, or that are run, so that nobody imports them."""
    raw = _table("plugins.toml")
    return frozenset(canonicalize_name(name) for names in raw["loaded_by"].values() for name in names)


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files("checker").joinpath(f"data/{name}").read_text("utf-8"))
