"""From an import name to the distributions that may provide it. Pure.

The locked wheels say it best, a curated table that ships with the project says it for the modules whose
distribution has another name, and a module that could well be named like its distribution is assumed to be.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Literal, NamedTuple

from packaging.utils import NormalizedName, canonicalize_name

Basis = Literal["locked", "curated", "assumed", "unknown"]

_PLAUSIBLE = re.compile(r"[a-z][a-z0-9_]+", re.IGNORECASE)
_SERVICE_VERSION = re.compile(r"_v\d+\w*$")
#: Names that skills give to modules of their own; a distribution of that name is not what they mean.
_ORDINARY = re.compile(
    r"api|app|cli|client|common|conf|config|constants|core|data|helpers|lib|main|models?|module|package|project|"
    r"scripts|server|settings|setup|skills?|src|tests?|tools?|types|utils?",
    re.IGNORECASE,
)


class Candidates(NamedTuple):
    """Distributions any of which may provide a module, and what says so.

    `locked` and `curated` are known; `assumed` is a guess by the name alone; `unknown` comes without names.
    """

    names: tuple[NormalizedName, ...]
    basis: Basis


class Table(NamedTuple):
    """The curated table: the day it was last reviewed, distributions by dotted module, shared namespaces."""

    reviewed: dt.date
    distributions: Mapping[str, tuple[NormalizedName, ...]]
    namespaces: frozenset[str]


def candidates(module: str, provided: Mapping[str, Iterable[NormalizedName]]) -> Candidates:
    """Who may provide `module` (dotted, as imported).

    `provided` maps top-level or dotted modules to the locked distributions that hold them, by the wheels' own
    records. The longest dotted prefix counts, and a namespace shared by many distributions (`google`) says
    nothing of what is inside.
    """
    table = curated()
    for prefix in _prefixes(module):
        if prefix in provided and prefix not in table.namespaces:
            return Candidates(tuple(sorted(set(provided[prefix]))), "locked")
    for prefix in _prefixes(module):
        if prefix in table.distributions:
            return Candidates(table.distributions[prefix], "curated")
        if prefix in table.namespaces:
            return Candidates((), "unknown")
    top = module.partition(".")[0]
    if _PLAUSIBLE.fullmatch(top) and not _ORDINARY.fullmatch(top):
        return Candidates((canonicalize_name(top),), "assumed")
    return Candidates((), "unknown")


def _prefixes(module: str) -> Iterator[str]:
    """`a.b_v1.c`, `a.b_v1`, `a.b`, `a`: a generated client is known without its service's version too."""
    while module:
        yield module
        if _SERVICE_VERSION.search(module):
            yield _SERVICE_VERSION.sub("", module)
        module = module.rpartition(".")[0]


@cache
def curated() -> Table:
    """The table that ships with the project."""
    raw = tomllib.loads(resources.files("checker").joinpath("data/import_names.toml").read_text("utf-8"))
    known = {module: tuple(map(canonicalize_name, names)) for module, names in raw["distributions"].items()}
    known.update({module: (canonicalize_name(module),) for module in raw["same"]})
    return Table(raw["reviewed"], known, frozenset(raw["namespaces"]))
