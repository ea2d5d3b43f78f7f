"""A rescan for people and for programs. What came from a repository or a database is escaped here.

`python -m checker.reporters.rescan > docs/rescan-1.schema.json` writes the published schema anew.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

from checker.escape import shortened, visible
from checker.model.rescan import Cause, Change, Rescan, Standing
from checker.reporters import wording
from checker.reporters.json_ import document, printable

_SIGNS = {"appeared": "+", "gone": "-", "changed": "~", "unanswered": "!", "answered": "+"}
_SHOWN = 10


def render_json(rescan: Rescan) -> str:
    """The published form; lists that hold nothing are left out, `changes` and `standing` never."""
    told: dict[str, Any] = {
        "version": rescan.version,
        "current": None,
        "previous": None,
        "changes": [],
        "standing": [],
    }
    return printable(told | document(rescan))


def render_text(rescan: Rescan) -> str:
    """What changed first, by cause; then what stands; then what could not be asked."""
    return "\n".join(_lines(rescan)) + "\n"


def rescan_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of the published form. Unknown keys are allowed: the form may grow."""
    schema = Rescan.model_json_schema()
    for definition in (schema, *schema["$defs"].values()):
        definition.pop("additionalProperties", None)
        for field in definition.get("properties", {}).values():
            field.pop("title", None)
    schema["required"] = ["version", "current", "previous", "changes", "standing"]
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "urn:proctor:rescan:1"}
    return {**head, **schema}


def schema_text() -> str:
    """The schema as the published file holds it."""
    return json.dumps(rescan_schema(), ensure_ascii=False, indent=2) + "\n"


def _lines(rescan: Rescan) -> Iterator[str]:
    now, before = rescan.current, rescan.previous
    yield f"rescan   {wording.clock(now.now)}, {visible(now.head)}"
    yield f"over     {visible(now.advisories) or 'no advisories'}"
    if before is None:
        yield "before   nothing to compare with"
    else:
        yield f"before   {wording.clock(before.now)}, {visible(before.head)}"
        yield f"over     {visible(before.advisories) or 'no advisories'}"
    yield ""
    yield from _changes(rescan)
    yield from _standing(rescan.standing)
    for sentence in rescan.unanswered:
        yield f"! {visible(sentence)}"
    yield f"{wording.DECISION[now.decision]} (exit code {now.decision.exit_code})"


def _changes(rescan: Rescan) -> Iterator[str]:
    if rescan.previous is not None:
        yield wording.counted(len(rescan.changes), "change") if rescan.changes else "nothing new"
    for cause in Cause:
        own = [change for change in rescan.changes if change.cause is cause]
        if own:
            yield f"  {cause}"
        for change in own:
            yield from _change(change)
    yield ""


def _change(change: Change) -> Iterator[str]:
    about = " ".join(map(visible, change.packages))
    title = f"{change.severity} {visible(change.subject)}"
    if change.change in ("unanswered", "answered"):
        title = f"{change.change} {visible(change.subject)}"
    yield f"    {_SIGNS[change.change]} {title}{f'  {about}' if about else ''}"
    yield f"      {shortened(visible(change.why), 300)}"
    yield f"      in {_some(change.skills)}"


def _standing(rows: tuple[Standing, ...]) -> Iterator[str]:
    if not rows:
        return
    yield (
        f"{wording.counted(len(rows), 'advisory')} stands"
        if len(rows) == 1
        else f"{len(rows)} advisories stand"
    )
    for row in rows:
        yield f"  {row.severity} {visible(row.subject)}  {' '.join(map(visible, row.packages))}"
        for word, skills in (("fails", row.fails), ("warns", row.warns), ("waived", row.waived)):
            if skills:
                yield f"      {word} in {_some(skills)}"
        if row.upgrades:
            yield f"      declare {_some(row.upgrades)}"
    yield ""


def _some(texts: tuple[str, ...]) -> str:
    more = f" and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else ""
    return ", ".join(map(visible, texts[:_SHOWN])) + more


if __name__ == "__main__":
    sys.stdout.write(schema_text())
