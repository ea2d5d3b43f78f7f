"""What an OSV server answers, over a database: requests and answers as JSON values, no network.

Records go out as Proctor read them, in the strictest form of the schema, so that one odd record of a snapshot
cannot crash the client that asks: RFC 3339 dates, normal names, ranges and versions that parse.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, TypeVar

from packaging.utils import canonicalize_name
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from checker.model.lock import Pin
from checker.model.severity import Severity
from checker.rules.osv.database import Database
from checker.rules.osv.ranges import Event, parsed
from checker.rules.osv.record import ECOSYSTEM, Affected, Record
from checker.rules.osv.schema import MAX_QUERIES, Package

Json = dict[str, Any]
_Asked = TypeVar("_Asked", bound=BaseModel)


class BadRequest(ValueError):
    """The client asked for something a server of OSV refuses (HTTP 400)."""


class Query(BaseModel):
    """What Proctor's server can be asked: one version of one package, from `page_token` on."""

    model_config = ConfigDict(strict=True, hide_input_in_errors=True)

    package: Package
    version: str
    page_token: str = Field(default="0", pattern=r"^[0-9]{1,9}$")

    @property
    def pin(self) -> Pin | None:
        """The pin asked about; None for another ecosystem, of which the database knows nothing."""
        exact = parsed(self.version)
        if self.package.ecosystem != ECOSYSTEM:
            return None
        if exact is None:
            raise BadRequest("the version is not a PEP 440 version")
        return Pin(canonicalize_name(self.package.name), exact)


class _Batch(BaseModel):
    model_config = ConfigDict(strict=True, hide_input_in_errors=True)

    queries: list[Query] = Field(max_length=MAX_QUERIES)


def query(database: Database, body: bytes) -> tuple[Pin | None, Json]:
    """`POST /v1/query`: what was asked, and whole records. Never in pages, which pip-audit would not turn."""
    pin = _read(Query, body).pin
    records = database.affecting(pin) if pin is not None else ()
    return pin, {"vulns": [document(record) for record in records]} if records else {}


def query_batch(database: Database, body: bytes, page_size: int) -> Json:
    """`POST /v1/querybatch`: ids and dates, at most `page_size` for each query and page."""
    return {"results": [_page(database, one, page_size) for one in _read(_Batch, body).queries]}


def document(record: Record) -> Json:
    """A record as the schema writes it; what nobody said is left out."""
    whole = {
        "schema_version": "1.6.0",
        "id": record.id,
        "modified": _rfc3339(record.modified),
        "published": _rfc3339(record.published) if record.published else None,
        "withdrawn": _rfc3339(record.withdrawn) if record.withdrawn else None,
        "aliases": list(record.aliases),
        "related": list(record.related),
        "summary": record.summary,
        "database_specific": _severity(record.severity),
        "affected": [_affected(affected) for affected in record.affected],
    }
    return {key: value for key, value in whole.items() if value}


def _read(shape: type[_Asked], body: bytes) -> _Asked:
    try:
        return shape.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise BadRequest(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None


def _page(database: Database, one: Query, size: int) -> Json:
    records = database.affecting(one.pin) if one.pin is not None else ()
    start = int(one.page_token)
    shown = [{"id": r.id, "modified": _rfc3339(r.modified)} for r in records[start : start + size]]
    page: Json = {"vulns": shown} if shown else {}
    return page | {"next_page_token": str(start + size)} if start + size < len(records) else page


def _affected(affected: Affected) -> Json:
    return {
        "package": {"ecosystem": ECOSYSTEM, "name": affected.name},
        "ranges": [
            {"type": "ECOSYSTEM", "events": [_event(event) for event in events]} for events in affected.ranges
        ],
        "versions": [version for version in affected.versions if parsed(version) is not None],
    }


def _severity(severity: Severity) -> Json:
    return {} if severity is Severity.UNKNOWN else {"severity": severity.value.upper()}


def _event(event: Event) -> dict[str, str]:
    return {event.kind: "0" if event.bound is None else str(event.bound)}


def _rfc3339(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
