"""The text of a lock as Proctor writes it: the resolver's entries, with edges and what they were made for.

Pure, and the same bytes for the same input: entries in the order of their names, keys in a fixed order, no
time but the one asked for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import tomli_w
from packaging.requirements import Requirement

from checker.rules.lock.closure import Edges

_KEYS = (
    "name",
    "version",
    "marker",
    "requires-python",
    "dependencies",
    "index",
    "wheels",
    "sdist",
    "archive",
)


def lock_text(
    document: Mapping[str, Any], edges: Edges, *, target: str, python: str, exclude_newer: dt.datetime | None
) -> str:
    """Serialise a resolver's parsed lock with the `dependencies` of every entry and `[tool.proctor]`.

    An entry without dependencies gets an empty list: nothing is required, as opposed to nothing is said.
    """
    packages = sorted(document.get("packages", ()), key=lambda entry: str(entry["name"]))
    made_for: dict[str, Any] = {"target": target, "python": python}
    if exclude_newer is not None:
        made_for["exclude-newer"] = exclude_newer.astimezone(dt.UTC)
    written = {
        "lock-version": document["lock-version"],
        "created-by": document["created-by"],
        "requires-python": document.get("requires-python", f">={python}"),
        "packages": [_entry(entry, edges) for entry in packages],
        "tool": {"proctor": made_for},
    }
    return tomli_w.dumps(written)


def requirement_line(requirement: Requirement) -> str:
    """One line of a requirements file that means `requirement` and nothing else.

    Raises ValueError for text that such a file would read in another way: a line break or a backslash in a
    marker, a variable in an address, the start of a comment.
    """
    line = str(requirement)
    if not line.isprintable() or any(text in line for text in ("\\", "${", " #")):
        raise ValueError("holds characters that a requirements file reads in another way")
    return line


def _entry(entry: Mapping[str, Any], edges: Edges) -> dict[str, Any]:
    names = edges.get(entry["name"], ())
    complete = {**entry, "dependencies": [{"name": name} for name in sorted(names)]}
    ordered = [key for key in _KEYS if key in complete]
    return {key: complete[key] for key in (*ordered, *sorted(complete.keys() - set(ordered)))}
