"""`POST /v1/querybatch` as a client sees it: questions as bytes, answers as ids. Pure."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from typing import Annotated, NamedTuple

from packaging.version import Version
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, ValidationError

from checker.escape import visible
from checker.model.lock import Pin
from checker.rules.osv.record import ECOSYSTEM, Malformed
from checker.rules.osv.schema import ID


class Question(NamedTuple):
    """One query of a batch: a version as it is to be asked about, and the page to go on from."""

    pin: Pin
    version: str
    page: str = ""


class Page(NamedTuple):
    """One result of a batch: ids that affect the version, and where the next page begins.

    Each id comes with when its record was changed last, if the server says so.
    """

    ids: Mapping[str, dt.datetime | None]
    next: str


def questions(pins: Iterable[Pin]) -> list[Question]:
    """What to ask, in order. A local build is asked about by its public version as well."""
    return [Question(pin, version) for pin in sorted(pins) for version in _spellings(pin.version)]


def encoded(batch: Iterable[Question]) -> bytes:
    """The body of a request."""
    return json.dumps({"queries": [_query(one) for one in batch]}).encode()


def pages(body: bytes, asked: int) -> list[Page]:
    """The results, one for each question. Raises Malformed for anything that is no answer to as many."""
    try:
        results = _Answer.model_validate_json(body).results
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise Malformed(visible(f"{place}: {first['msg']}" if place else first["msg"])) from None
    if len(results) != asked:
        raise Malformed(f"{len(results)} results for {asked} queries")
    return [Page({hit.id: hit.modified for hit in one.vulns}, one.next_page_token or "") for one in results]


def _moment(value: object) -> dt.datetime | None:
    """A moment with its offset; None for anything else: the answer is no worse for it."""
    try:
        found = dt.datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True, hide_input_in_errors=True, defer_build=True)


class _Hit(_Shape):
    id: str = Field(pattern=ID)
    modified: Annotated[dt.datetime | None, PlainValidator(_moment)] = None


class _Result(_Shape):
    vulns: Annotated[list[_Hit], BeforeValidator(lambda value: [] if value is None else value)] = []
    next_page_token: str | None = Field(default=None, max_length=8_192)


class _Answer(_Shape):
    results: list[_Result]


def _spellings(version: Version) -> list[str]:
    return [str(version)] if version.local is None else [str(version), version.public]


def _query(one: Question) -> dict[str, object]:
    query: dict[str, object] = {
        "package": {"ecosystem": ECOSYSTEM, "name": one.pin.name},
        "version": one.version,
    }
    return query | {"page_token": one.page} if one.page else query
