"""From older versions of a file to the one that Proctor reads, one step for each version.

So far there is one older form: version 0 of the registry, the package table of the system that the policy
grew out of (Atom), exported as YAML. Its rows hold one exact `version`, other words for the status, and
`approved_at`, `ban_reason` and an `id` that repeats name and version.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping

from checker.edit.entry import Values
from checker.edit.sheet import Sheet
from checker.errors import InputError
from checker.escape import visible
from checker.load.yaml_lines import Document

Row = Mapping[str, str | None]
#: Takes the file cut into entries, and the same as data with the lines it had.
Step = Callable[[Sheet, Document], Sheet]

_ORDER = ("name", "versions", "status", "min_maturity", "reason", "approved_by", "approved_on", "expires")
_STATUS = {
    "active": "approved",
    "approved": "approved",
    "untrusted": "pending",
    "pending": "pending",
    "banned": "banned",
}
_ANY_VERSION = frozenset({"", "*", "latest", "any"})
#: What version 0 says elsewhere, or nobody asks for any more.
_GONE = ("id", "version", "approved_at", "ban_reason", "created_at", "updated_at")


def registry_from_0(sheet: Sheet, document: Document) -> Sheet:
    """The registry of version 0 as version 1. Raises InputError with a row's line."""
    for number, row in enumerate(document.data.get(sheet.key) or []):
        line = document.line((sheet.key, number))
        if not isinstance(row, dict):
            raise InputError("should hold keys and values", sheet.file, line)
        sheet = sheet.rewritten(number, {**_without(row), **_values(row, sheet.file, line)}, _ORDER)
    return with_version(sheet, 1)


#: By list key of the file: version → the step that leads to the next one.
STEPS: dict[str, dict[int, Step]] = {"packages": {0: registry_from_0}}


def with_version(sheet: Sheet, number: int) -> Sheet:
    """With this `version`, written first where there was none."""
    head, found = re.subn(
        r"^version[ \t]*:.*$", f"version: {number}", sheet.head, count=1, flags=re.MULTILINE
    )
    changed = head if found else f"version: {number}\n{head}"
    return type(sheet)(**{**vars(sheet), "head": changed})


def _without(row: Row) -> Values:
    return {key: None for key in _GONE if key in row}


def _values(row: Row, file: str, line: int) -> Values:
    status = _STATUS.get((row.get("status") or "").casefold())
    if status is None:
        raise InputError(f"status {visible(str(row.get('status')))!r} is none of version 0", file, line)
    version = (row.get("version") or "").strip()
    values: Values = {
        "status": status,
        "versions": None if version in _ANY_VERSION else f"=={version}",
        "reason": row.get("reason") or row.get("ban_reason"),
        "min_maturity": None,
        "approved_by": None,
    }
    return {**values, **_approval(row)} if status == "approved" else values


def _day(text: str | None) -> str | dt.date | None:
    """The day of a moment; what is none stays as it is, for the loader to refuse."""
    try:
        return dt.date.fromisoformat((text or "")[:10])
    except ValueError:
        return text


def _approval(row: Row) -> Values:
    level = (row.get("min_maturity") or "intern").casefold()
    return {
        # Students may use no packages: what was open to them is open to the next level.
        "min_maturity": "intern" if level == "student" else level,
        "reason": row.get("reason") or "approved before the registry was migrated",
        "approved_by": row.get("approved_by"),
        "approved_on": _day(row.get("approved_at")),
    }
