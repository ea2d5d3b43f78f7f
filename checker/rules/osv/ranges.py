"""Tell whether a version is inside the events of an `ECOSYSTEM` range, or in a list of versions."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Literal, NamedTuple

from packaging.version import Version

EventKind = Literal["introduced", "fixed", "last_affected"]

KINDS: tuple[EventKind, ...] = ("introduced", "fixed", "last_affected")

#: At one version a fix ends the interval below before the next one begins; `last_affected` ends after it.
_ORDER: dict[EventKind, int] = {"fixed": 0, "introduced": 1, "last_affected": 2}


class Event(NamedTuple):
    """Something happens at `bound`. None is before every version (OSV's "0")."""

    kind: EventKind
    bound: Version | None


def in_order(events: Iterable[Event]) -> tuple[Event, ...]:
    """The events by version; the record may hold them in any order."""
    return tuple(sorted(events, key=_position))


def within(version: Version, events: Iterable[Event]) -> bool:
    """Tell whether `version` is affected by one range, whose events are `in_order`."""
    affected = False
    for kind, bound in events:
        if bound is None or _reached(version, kind, bound):
            affected = kind == "introduced"
    return affected


def listed(version: Version, texts: tuple[str, ...]) -> bool:
    """Tell whether a record's `versions` name this one, by PEP 440 (`1.0` is `1.0.0`).

    A text that is no PEP 440 version names nothing that can be installed today.
    """
    named = _named(texts)
    return version in named or (version.local is not None and Version(version.public) in named)


@lru_cache(maxsize=65_536)
def parsed(text: str) -> Version | None:
    """The version, or None where `text` is none."""
    try:
        return Version(text)
    except ValueError:  # InvalidVersion is one; a number of five thousand digits is a plain one
        return None


@lru_cache(maxsize=4_096)
def _named(texts: tuple[str, ...]) -> frozenset[Version]:
    """A long list is asked about many versions, and read once."""
    return frozenset(version for text in texts if (version := parsed(text)) is not None)


def _position(event: Event) -> tuple[bool, Version, int]:
    return event.bound is not None, event.bound or _ANY, _ORDER[event.kind]


def _reached(version: Version, kind: EventKind, bound: Version) -> bool:
    version = _beside(version, bound)
    return version > bound if kind == "last_affected" else version >= bound


def _beside(version: Version, other: Version) -> Version:
    """`version` as PEP 440 compares it with `other`: without its local label where `other` has none.

    So `2.0.1+cpu`, a build of an affected 2.0.1, is affected too.
    """
    return version if version.local is None or other.local is not None else Version(version.public)


_ANY = Version("0")
