"""The part of the OSV schema that Proctor reads, for pydantic. Unknown keys pass, wrong types do not."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

#: How many queries one request of `querybatch` may hold.
MAX_QUERIES = 1_000
ID = r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$"


def _utc(moment: dt.datetime) -> dt.datetime:
    try:
        return moment.astimezone(dt.UTC) if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    except OverflowError:
        raise ValueError("a date outside of the calendar") from None


def _some(value: object) -> object:
    return [] if value is None else value


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True, hide_input_in_errors=True, defer_build=True)


class Package(_Shape):
    """Whom an `affected` entry is about."""

    ecosystem: str
    name: str = Field(min_length=1, max_length=200)


class Range(_Shape):
    """Events of one kind of version; each event is one key with its version."""

    type: str
    events: list[dict[str, str]]


class Score(_Shape):
    """A severity vector and what it is written in."""

    type: str
    score: str


Moment = Annotated[dt.datetime, AfterValidator(_utc)]
Texts = Annotated[list[str], BeforeValidator(_some)]
Scores = Annotated[list[Score], BeforeValidator(_some)]


class AffectedEntry(_Shape):
    """One `affected` entry. Without a package it speaks of commits alone."""

    package: Package | None = None
    ranges: Annotated[list[Range], BeforeValidator(_some)] = []
    versions: Texts = []
    severity: Scores = []


class Document(_Shape):
    """One record."""

    id: str = Field(pattern=ID)
    schema_version: str = Field(default="1.0.0", pattern=r"^1\.")
    modified: Moment
    published: Moment | None = None
    withdrawn: Moment | None = None
    aliases: Texts = []
    related: Texts = []
    summary: str | None = None
    details: str | None = None
    severity: Scores = []
    affected: Annotated[list[AffectedEntry], BeforeValidator(_some)] = []
    database_specific: Any = None
