"""Answers of a scanner as JSON values, and back."""

from __future__ import annotations

import datetime as dt

from packaging.version import Version

from checker.engines.reuse.kept import moment
from checker.model.advisory import Advisory

#: What reading a value raises that `written` did not make.
NOT_OURS = (TypeError, ValueError, KeyError, AttributeError)


def written(advisories: tuple[Advisory, ...]) -> list[dict[str, object]]:
    """The JSON value of an answer."""
    return [
        {
            "id": one.id,
            "aliases": list(one.aliases),
            "severity": one.severity.value,
            "summary": one.summary,
            "fixed": [str(version) for version in one.fixed_versions],
            "published": one.published.isoformat() if one.published else None,
            "reported_by": list(one.reported_by),
        }
        for one in advisories
    ]


def read(value: object) -> tuple[Advisory, ...]:
    """The answer of a JSON value. Raises one of `NOT_OURS`."""
    if not isinstance(value, list):
        raise TypeError("not an answer")
    return tuple(
        Advisory(
            id=one["id"],
            aliases=tuple(one["aliases"]),
            severity=one["severity"],
            summary=one["summary"],
            fixed_versions=tuple(Version(text) for text in one["fixed"]),
            published=one["published"],
            reported_by=tuple(one["reported_by"]),
        )
        for one in value
    )


def dated(value: object) -> tuple[dt.datetime, tuple[Advisory, ...]]:
    """An answer that is kept with its own date, and that date. Raises one of `NOT_OURS`."""
    if not isinstance(value, list) or len(value) != 2 or (when := moment(value[0])) is None:
        raise ValueError("not an answer with a date")
    return when, read(value[1])
