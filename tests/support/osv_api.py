"""OSV's API on loopback, over records made up by a test: `query`, `querybatch` in pages, `vulns/ID`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from checker.rules.osv import answers
from checker.rules.osv.database import Database
from tests.support.loopback import Answer, Asked, Loopback
from tests.support.osv import database


def osv_api(*documents: Mapping[str, Any], **settings: Any) -> Loopback:
    """The server, not yet started; `settings` are `page_size` and those of `Loopback`."""
    return osv_over(database(*documents), **settings)


def osv_over(known: Database, page_size: int = 1_000, **settings: Any) -> Loopback:
    return Loopback(_answering(known, page_size), **settings)


def _answering(known: Database, page_size: int) -> Answer:
    def answer(asked: Asked) -> tuple[int, bytes]:
        try:
            return 200, json.dumps(_found(known, page_size, asked)).encode()
        except answers.BadRequest as refused:
            return 400, json.dumps({"code": 3, "message": str(refused)}).encode()
        except LookupError:
            return 404, b'{"code": 5, "message": "not found"}'

    return answer


def _found(known: Database, page_size: int, asked: Asked) -> Any:
    if asked.path == "/v1/querybatch":
        return answers.query_batch(known, asked.body, page_size)
    if asked.path == "/v1/query":
        return answers.query(known, asked.body)[1]
    record = known.record(asked.path.removeprefix("/v1/vulns/"))
    if record is None:
        raise LookupError(asked.path)
    return answers.document(record)
