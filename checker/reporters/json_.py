"""The verdict as JSON: the published form that other programs read (docs/verdict.md).

The keys every reader may count on are always there; what was added to them later is left out where it says
nothing. Text is UTF-8, with whatever is invisible written as an escape, so that the file is safe to print.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from enum import Enum
from typing import Any

from checker.escape import visible
from checker.model.base import Frozen
from checker.model.outcome import Finding, Outcome
from checker.model.verdict import EngineRun, SkillVerdict, Verdict
from checker.reporters.page import PLAIN, Page

#: Keys that are always present, by noun. Extended, never renamed.
FIXED: dict[type[Frozen], frozenset[str]] = {
    Verdict: frozenset({"version", "decision", "now", "base", "head", "engines", "skills"}),
    EngineRun: frozenset({"name", "version", "ran", "reason"}),
    SkillVerdict: frozenset({"skill", "decision", "outcomes"}),
    Outcome: frozenset({"check", "status", "reason", "findings"}),
    Finding: frozenset({"rule", "subject", "severity", "message", "file", "line", "remedy"}),
}


def render(verdict: Verdict, page: Page = PLAIN) -> str:
    """Two spaces of indentation, keys in the model's order. `Verdict.model_validate_json` gives it back."""
    del page  # JSON has no width
    return printable(document(verdict))


def printable(value: Any) -> str:
    """JSON text, safe to print to a log, that ends in a line feed."""
    text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
    # A GitHub runner finds a `##[` anywhere in a line of its log; here it can only stand in a string.
    return _UNUSUAL.sub(_escaped, text).replace("##[", "#\\u0023[") + "\n"


def document(value: Frozen) -> dict[str, Any]:
    """The JSON object of a noun: its fixed keys, and every other that differs from its default."""
    fixed = FIXED.get(type(value), frozenset())
    return {
        name: _plain(getattr(value, name))
        for name, field in type(value).model_fields.items()
        if name in fixed or field.is_required() or getattr(value, name) != field.default
    }


def _plain(value: Any) -> Any:
    match value:
        case Frozen():
            return document(value)
        case tuple():
            return [_plain(item) for item in value]
        case dict():
            return {str(key): _plain(item) for key, item in value.items()}
        case dt.datetime():
            return value.isoformat().replace("+00:00", "Z")
        case dt.date():
            return value.isoformat()
        case Enum():
            return value.value
        case float() if not math.isfinite(value):
            return None  # JSON has no such number, and nobody observed it
        case _:
            return value


_UNUSUAL = re.compile(r"[^ -~\n]+")


def _escaped(match: re.Match[str]) -> str:
    """What does not print in a JSON string, as JSON's own escapes; a lone surrogate as visible text."""
    return "".join(c if visible(c) == c else _escape(c) for c in match[0])


def _escape(character: str) -> str:
    return f"\\{visible(character)}" if "\ud800" <= character <= "\udfff" else json.dumps(character)[1:-1]
