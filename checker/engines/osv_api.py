"""The OSV API as a client: which ids affect which pins, and whole records by id.

A failure is kept with what it concerns, a batch of pins or one record: it breaks those and hides no other.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from types import MappingProxyType
from typing import Protocol
from urllib.parse import quote

from checker.engines.address import shown
from checker.engines.http import Http, Response
from checker.errors import Unanswered
from checker.model.lock import Pin
from checker.overlap import overlapped
from checker.rules.osv.batch import Page, Question, encoded, pages, questions
from checker.rules.osv.record import Malformed, Record, read_record
from checker.rules.osv.schema import MAX_QUERIES

NAME = "osv"
#: The public API; the operator's PROCTOR_OSV_URL names another.
PUBLIC = "https://api.osv.dev"


@dataclass(frozen=True)
class ApiLimits:
    """What one scan may cost.

    Bytes of one batch of ids, of one record and of everything, pages of one query, records in all,
    requests at once, and seconds for the whole scan, after which nothing new is asked.
    """

    batch_bytes: int = 64 * 1024 * 1024
    record_bytes: int = 16 * 1024 * 1024
    total_bytes: int = 1024 * 1024 * 1024
    pages: int = 50
    records: int = 20_000
    at_once: int = 32
    seconds: float = 300.0


@dataclass
class Matches:
    """What the server said: ids by pin, and the reason for each pin it did not fully answer for.

    `changed` has every id that was told just now, with when its record was changed, if the server said so.
    """

    ids: dict[Pin, set[str]] = field(default_factory=dict)
    failed: dict[Pin, str] = field(default_factory=dict)
    changed: dict[str, dt.datetime | None] = field(default_factory=dict)


class OsvSource(Protocol):
    """What one scan asks: of an OSV server, or of what is remembered of one."""

    @property
    def earlier(self) -> Mapping[Pin | str, dt.datetime]:
        """What of its answers until now an earlier run was told, and when: ids by pin, records by id."""

    def matches(self, pins: Iterable[Pin]) -> Matches:
        """The ids that affect each pin. Every pin is in `ids`, in `failed` or in both."""

    def records(self, names: Iterable[str]) -> Mapping[str, Record | Unanswered | None]:
        """Each record asked for; None where the server has none of that id."""


class OsvApi:
    """An `OsvSource`: one scan's client. `http` is shared and stays open."""

    #: All of it is told now.
    earlier: Mapping[Pin | str, dt.datetime] = MappingProxyType({})

    def __init__(self, http: Http, url: str = PUBLIC, limits: ApiLimits | None = None) -> None:
        """`url` has no path behind the host, or that of a mirror."""
        self._http, self.url = http, url.rstrip("/")
        self._limits = limits or ApiLimits()
        self._deadline = time.monotonic() + self._limits.seconds
        self._read, self._lock = 0, Lock()

    def matches(self, pins: Iterable[Pin]) -> Matches:
        """Ask about every pin, page by page until nothing is left."""
        said = Matches()
        left = questions(pins)
        for _ in range(self._limits.pages):
            left = self._round(left, said)
            if not left:
                return said
        said.failed.update((one.pin, "its advisories do not end") for one in left)
        return said

    def records(self, names: Iterable[str]) -> dict[str, Record | Unanswered | None]:
        """Each record asked for; None where the server has none of that id."""
        wanted = sorted(set(names))
        known, beyond = wanted[: self._limits.records], wanted[self._limits.records :]
        answers = overlapped(self._record, known, self._limits.at_once, NAME)
        return dict(zip(known, answers, strict=True)) | {
            name: Unanswered(NAME, "too many records to fetch") for name in beyond
        }

    def _round(self, asked: Sequence[Question], said: Matches) -> list[Question]:
        """Ask one page of every question; the questions that have a next page are left."""
        chunks = [asked[start : start + MAX_QUERIES] for start in range(0, len(asked), MAX_QUERIES)]
        answers = overlapped(self._batch, chunks, self._limits.at_once, NAME)
        left: list[Question] = []
        for chunk, answer in zip(chunks, answers, strict=True):
            if isinstance(answer, Unanswered):
                said.failed.update((one.pin, answer.reason) for one in chunk)
                continue
            for one, page in zip(chunk, answer, strict=True):
                said.ids.setdefault(one.pin, set()).update(page.ids)
                said.changed.update(page.ids)
                left += [one._replace(page=page.next)] if page.next else []
        return left

    def _batch(self, chunk: Sequence[Question]) -> list[Page] | Unanswered:
        url = f"{self.url}/v1/querybatch"
        try:
            self._in_time()
            answer = self._http.post(url, json=encoded(chunk), max_bytes=self._limits.batch_bytes)
            return pages(self._body(answer), len(chunk))
        except Unanswered as problem:
            return problem
        except Malformed as problem:
            return Unanswered(NAME, f"{shown(url)} did not answer in the form of OSV: {problem}")

    def _record(self, name: str) -> Record | Unanswered | None:
        url = f"{self.url}/v1/vulns/{quote(name, safe='')}"
        try:
            self._in_time()
            answer = self._http.get(url, accept="application/json", max_bytes=self._limits.record_bytes)
            if answer.status == 404:
                return None
            record = read_record(self._body(answer))
        except Unanswered as problem:
            return problem
        except Malformed as problem:
            return Unanswered(NAME, f"the record {name} cannot be read: {problem}")
        return record if record.id == name else Unanswered(NAME, f"asked for {name}, got {record.id}")

    def _in_time(self) -> None:
        if time.monotonic() > self._deadline:
            raise Unanswered(NAME, f"not done within {self._limits.seconds:g} s")

    def _body(self, answer: Response) -> bytes:
        if answer.status != 200:
            raise Unanswered(NAME, f"{shown(answer.url)} answered {answer.status}")
        with self._lock:
            self._read += len(answer.body)
            if self._read > self._limits.total_bytes:
                raise Unanswered(NAME, f"answered more than {self._limits.total_bytes} bytes in all")
        return answer.body
