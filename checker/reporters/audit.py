"""`proctor audit` as a table, CSV or JSON. A spreadsheet never takes a cell for a formula."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from io import StringIO

from checker.escape import visible
from checker.model.history import Event

Events = Sequence[Event]

_COLUMNS = tuple(Event.model_fields)
#: What makes a spreadsheet compute, also after blanks: such a cell gets an apostrophe in front.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def table(events: Events) -> str:
    """A block of lines for each commit: when, who, and each decision with what the file claims."""
    lines: list[str] = []
    for number, event in enumerate(events):
        if number == 0 or event.commit != events[number - 1].commit:
            lines += [""] if lines else []
            when = event.time.isoformat(sep=" ", timespec="minutes").removesuffix("+00:00")
            lines.append(visible(f"{when} UTC  {event.commit[:12]}  {event.message}"))
            lines.append(visible(f"  committed by {event.committer}{_author(event)}"))
        lines.append(visible(f"  {_line(event)}"))
    return "\n".join(lines or ["no decision was ever committed"]) + "\n"


def csv_text(events: Events) -> str:
    """One line for each event, with a header."""
    stream = StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for event in events:
        writer.writerow([_cell(value) for value in _texts(event).values()])
    return stream.getvalue()


def json_text(events: Events) -> str:
    """A list of objects with the keys of `Event`."""
    return json.dumps([_texts(event) for event in events], ensure_ascii=False, indent=2) + "\n"


#: By the name `--format` takes; the first is the default.
FORMATS: dict[str, Callable[[Events], str]] = {"table": table, "csv": csv_text, "json": json_text}


def _texts(event: Event) -> dict[str, str]:
    values = {name: getattr(event, name) for name in _COLUMNS}
    return {**{name: visible(str(value)) for name, value in values.items()}, "time": _moment(event)}


def _moment(event: Event) -> str:
    return event.time.isoformat().replace("+00:00", "Z")


def _cell(text: str) -> str:
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text


def _author(event: Event) -> str:
    return f", written by {event.author}" if event.author != event.committer else ""


def _line(event: Event) -> str:
    about = " ".join(part for part in (event.kind, event.subject, event.versions) if part)
    told = (
        ("from", event.level),
        ("until", event.expires),
        ("claimed by", event.claimed_by),
        ("because", event.reason),
    )
    return ", ".join([f"{event.action}: {about}", *(f"{word} {text}" for word, text in told if text)])
