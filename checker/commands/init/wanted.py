"""What `proctor init` speaks of: a line of `packages` with its places, and a remark about a place."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from packaging.requirements import Requirement

from checker.escape import visible
from checker.model.base import Location

#: `declared`: a file that a machine reads says so; `prose`: only a reader is told; `used`: and the code
#: imports it; `imported`: nothing declares it.
Why = Literal["declared", "prose", "used", "imported"]


class Wanted(NamedTuple):
    """One line of `packages`: the requirement, where it was found, and what makes it one."""

    requirement: Requirement
    places: tuple[Location, ...]
    why: Why


class Remark(NamedTuple):
    """One sentence about a place, safe to print."""

    location: Location
    text: str


def distinct(locations: Iterable[Location]) -> tuple[Location, ...]:
    """Each place once, in the order they came."""
    return tuple(dict.fromkeys(locations))


def shown_places(places: Sequence[Location], folder: str) -> str:
    """`scripts/a.py:3 and 4 more`, as seen from the skill in `folder`; one line, safe to print."""
    more = f" and {len(places) - 1} more" if len(places) > 1 else ""
    return visible(_relative(places[0], folder)) + more


def _relative(place: Location, folder: str) -> str:
    file = posixpath.relpath(f"/{place.file}", f"/{folder}")
    return f"{file}:{place.line}" if place.line else file
