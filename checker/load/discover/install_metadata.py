"""The `install` list of openclaw-style metadata: `{kind: uv, package: x}` and what people make of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from packaging.utils import canonicalize_name

from checker.escape import shortened, visible
from checker.load.discover.collected import Collected
from checker.load.discover.install_line import read_command_line
from checker.load.discover.requirement import NotARequirement, classified
from checker.model.base import Location
from checker.model.discovery import Form, Source

#: Kinds that install from the package index, and whether they make an environment of their own.
_GOVERNED: Mapping[str, bool] = {"uv": True, "pipx": True, "pip": False, "pip3": False, "python": False}
#: Keys that hold what is installed, best first; the other kinds call it by other names.
_NAMES = (
    "packages",
    "package",
    "formula",
    "cask",
    "module",
    "pkg",
    "crate",
    "slug",
    "name",
    "url",
    "path",
    "git",
)
_COMMANDS = ("command", "run", "script")


def read_install_list(found: Collected, install: Any, at: Sequence[Location]) -> None:
    """Gather every entry of `install`; `at` has one place for each (or one for all that is not a list)."""
    if not isinstance(install, list):
        found.misunderstood("`install` must be a list", at[0])
        return
    for entry, place in zip(install, at, strict=False):
        if isinstance(entry, str):
            _command(found, "command", entry, place)
        elif isinstance(entry, dict):
            _entry(found, entry, place)
        else:
            found.misunderstood("an entry of `install` is neither a table nor a command", place)


def _entry(found: Collected, entry: dict[str, Any], at: Location) -> None:
    kind = str(entry.get("kind") or entry.get("type") or "").strip().lower()
    names = [name for key in _NAMES if entry.get(key) for name in _texts(entry[key])]
    if kind in _GOVERNED and names:
        _governed(found, entry, kind, at)
        return
    command = next((text for key in _COMMANDS for text in _texts(entry.get(key))), None)
    if command is not None:
        _command(found, kind or "command", command, at)
    elif kind in _GOVERNED or not kind:
        found.misunderstood("an entry of `install` names no package", at)
    else:
        found.ungoverned(kind, names[0] if names else str(entry.get("label") or ""), at)


def _governed(found: Collected, entry: dict[str, Any], kind: str, at: Location) -> None:
    key = next(key for key in _NAMES if entry.get(key))
    origin = entry.get("from")
    for raw in _texts(entry[key]):
        if origin is None:
            found.declare(raw, Form.INSTALL_METADATA, at, tool=_GOVERNED[kind])
            continue
        text, source = f"{raw} from {origin}", _source(str(origin))
        name = canonicalize_name(raw) if re.fullmatch(r"[\w.-]+", raw) else None
        found.declare(text, Form.INSTALL_METADATA, at, tool=_GOVERNED[kind], source=source, name=name)


def _source(origin: str) -> Source:
    """Where `from` points; a plain name there is another distribution on no index we know of."""
    try:
        return classified(origin).get("source") or Source.INDEX
    except NotARequirement:
        return Source.INDEX


def _command(found: Collected, kind: str, text: str, at: Location) -> None:
    """A shell command that the platform runs to install the skill."""
    any_install = False
    for line in text.split("\n"):
        any_install |= read_command_line(found, line, at, in_prose=False, form=Form.INSTALL_METADATA)
    if not any_install:
        found.ungoverned(kind, shortened(visible(text), 120), at)


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [text for text in values if isinstance(text, str) and text.strip()]
