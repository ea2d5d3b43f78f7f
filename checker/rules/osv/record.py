"""One OSV document as Proctor needs it.

Lenient about what it does not know, strict about what it uses: a document is read whole or refused whole.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version
from pydantic import ValidationError

from checker.escape import shortened, visible
from checker.model.severity import Severity
from checker.rules.osv.ranges import KINDS, Event, EventKind, in_order, listed, parsed, within
from checker.rules.osv.rating import of_vector, of_word, worst
from checker.rules.osv.schema import ID, Document, Range

ECOSYSTEM = "PyPI"
_SUMMARY = 240
_NAME = re.compile(rb'"name"\s*:\s*"([A-Za-z0-9][A-Za-z0-9._-]{0,199})"')


class Malformed(ValueError):
    """The bytes are no OSV record that can be used; the message says where."""


@dataclass(frozen=True, slots=True)
class Affected:
    """What a record says of one distribution. Each range is a tuple of events in order."""

    name: NormalizedName
    ranges: tuple[tuple[Event, ...], ...]
    versions: tuple[str, ...]

    def covers(self, version: Version) -> bool:
        """Tell whether this version is affected: inside any range or named by the list."""
        return any(within(version, events) for events in self.ranges) or listed(version, self.versions)


@dataclass(frozen=True, slots=True)
class Record:
    """An advisory. `severity` is what this very record says; `affected` holds PyPI distributions alone."""

    id: str
    modified: dt.datetime
    published: dt.datetime | None
    withdrawn: dt.datetime | None
    aliases: tuple[str, ...]
    related: tuple[str, ...]
    summary: str
    severity: Severity
    affected: tuple[Affected, ...]

    def affects(self, name: NormalizedName, version: Version) -> bool:
        """Tell whether the record is about this version of this distribution."""
        return any(affected.name == name and affected.covers(version) for affected in self.affected)

    def fixes(self, name: NormalizedName, version: Version) -> tuple[Version, ...]:
        """Versions above `version` in which the record says it was fixed, lowest first."""
        ranges = (events for affected in self.affected if affected.name == name for events in affected.ranges)
        fixes = {
            bound for events in ranges for kind, bound in events if kind == "fixed" and bound is not None
        }
        return tuple(sorted(fix for fix in fixes if fix > version))


def read_record(data: bytes) -> Record:
    """Read one document. Raises Malformed, and nothing else, whatever the bytes."""
    try:
        document = Document.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise Malformed(visible(f"{place}: {first['msg']}" if place else first["msg"])) from None
    return Record(
        id=document.id,
        modified=document.modified,
        published=document.published,
        withdrawn=document.withdrawn,
        aliases=_ids(document.aliases, document.id),
        related=_ids(document.related, document.id),
        summary=_summary(document),
        severity=_severity(document),
        affected=tuple(_affected(document)),
    )


def named_in(data: bytes) -> frozenset[NormalizedName]:
    """Which PyPI distributions a document that is no usable record speaks of, as far as it can be told.

    One that is not even JSON (cut short, say) may speak of whatever it names.
    """
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return frozenset(canonicalize_name(name.decode()) for name in _NAME.findall(data))
    try:
        entries = document["affected"]
        packages = [entry["package"] for entry in entries]
        named = [
            one["name"] for one in packages if str(one.get("ecosystem", ECOSYSTEM)).startswith(ECOSYSTEM)
        ]
        return frozenset(canonicalize_name(name) for name in named)
    except (LookupError, TypeError, AttributeError):
        return frozenset()


def _ids(names: list[str], own: str) -> tuple[str, ...]:
    return tuple(sorted({name for name in names if name != own and re.match(ID, name)}))


def _summary(document: Document) -> str:
    """The summary; without one the first line of the details. One short line, safe to print."""
    text = (document.summary or "").strip() or (document.details or "").strip()
    first = next((line for line in text.splitlines() if line.strip("# \t")), "")
    return shortened(visible(first.strip("# \t")), _SUMMARY)


def _severity(document: Document) -> Severity:
    """What the record itself says. Vectors come before the database's word, which only repeats them."""
    if document.id.startswith("MAL-"):
        return Severity.MALICIOUS
    scores = [*document.severity, *(score for entry in document.affected for score in entry.severity)]
    rated = worst(of_vector(score.type, score.score) for score in scores)
    said = document.database_specific
    word = said.get("severity") if isinstance(said, dict) else None
    return of_word(word) if rated is Severity.UNKNOWN else rated


def _affected(document: Document) -> Iterator[Affected]:
    for entry in document.affected:
        if entry.package is None or entry.package.ecosystem.partition(":")[0] != ECOSYSTEM:
            continue
        ranges = tuple(_events(span) for span in entry.ranges if span.type == "ECOSYSTEM")
        yield Affected(canonicalize_name(entry.package.name), ranges, tuple(entry.versions))


def _events(span: Range) -> tuple[Event, ...]:
    """Events in order. `limit` and keys of later schemas say nothing about an installed distribution."""
    pairs = [(kind, event[kind]) for event in span.events for kind in KINDS if kind in event]
    if not any(kind == "introduced" for kind, _ in pairs):
        raise Malformed("a range in which nothing is introduced")
    return in_order(event for kind, text in pairs if (event := _event(kind, text)) is not None)


def _event(kind: EventKind, text: str) -> Event | None:
    """One event. A bound nobody can read is read on the safe side: affected from the start, never fixed."""
    bound = None if kind == "introduced" and text == "0" else parsed(text)
    return Event(kind, bound) if kind == "introduced" or bound is not None else None
