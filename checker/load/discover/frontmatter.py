"""Declarations in the frontmatter of a SKILL.md: `packages:`, and openclaw-style install lists."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from checker.errors import InputError
from checker.load.discover.collected import Collected, at_line
from checker.load.discover.install_metadata import read_install_list
from checker.load.yaml_lines import Bounds, Document, parse_yaml
from checker.model.discovery import Form

_VENDORS = ("openclaw", "clawdbot", "moltbot", "clawdis")
#: Most frontmatters declare nothing: only those that hold one of the keys are parsed.
_HINT = re.compile(rf"^(?:node_)?packages\s*:|\b(?:{'|'.join(_VENDORS)})\b", re.MULTILINE)
_BOUNDS = Bounds(size=200_000, depth=30, nodes=20_000)


def frontmatter_lines(lines: Sequence[str]) -> int:
    """How many lines the frontmatter takes, both `---` included; 0 where there is none."""
    if not lines or lines[0].rstrip() != "---":
        return 0
    return next((i + 1 for i in range(1, len(lines)) if lines[i].rstrip() in ("---", "...")), 0)


def read_frontmatter(found: Collected, path: str, text: str) -> None:
    """Gather what the frontmatter of the SKILL.md at `path` declares."""
    lines = text.split("\n")
    block = "\n".join(lines[1 : max(frontmatter_lines(lines) - 1, 0)])
    hint = _HINT.search(block)
    if hint is None or ("packages" not in hint[0] and "install" not in block):
        return
    try:
        document = parse_yaml(block.encode(), path, _BOUNDS, first_line=2)
    except InputError as error:
        message = f"the frontmatter cannot be read for packages: {error.message}"
        found.misunderstood(message, at_line(path, error.line))
        return
    if isinstance(document.data, dict):
        _packages(found, document)
        _metadata(found, document)


def _packages(found: Collected, document: Document) -> None:
    """`packages: [a, b>=1]`, or entries of `name` and `version`."""
    value = document.data.get("packages")
    for place, entry in enumerate(value if isinstance(value, list) else [value] if value else []):
        path = ("packages", place) if isinstance(value, list) else ("packages",)
        at = at_line(document.file, document.line(path))
        raw = _requirement(entry)
        if raw is None:
            found.misunderstood("an entry of `packages` is neither a text nor a name with a version", at)
        else:
            found.declare(raw, Form.FRONTMATTER, at)
    others = document.data.get("node_packages")
    for place, entry in enumerate(others if isinstance(others, list) else []):
        found.ungoverned("npm", str(entry), at_line(document.file, document.line(("node_packages", place))))


def _requirement(entry: Any) -> str | None:
    if isinstance(entry, str):
        return entry
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
        return None
    version = entry.get("version") or ""
    return f"{entry['name']}{'==' if str(version)[:1].isdigit() else ''}{version}"


def _metadata(found: Collected, document: Document) -> None:
    """`metadata:` is a mapping, or text that holds JSON; then every line is the one where it stands."""
    metadata = document.data.get("metadata")
    line = document.key_line(("metadata",))
    is_text = isinstance(metadata, str)
    if is_text:
        try:
            metadata = json.loads(metadata)
        except (ValueError, RecursionError):
            if any(vendor in metadata for vendor in _VENDORS):
                found.misunderstood("`metadata` is text, but not JSON", at_line(document.file, line))
            return
    for vendor in _VENDORS:
        section = metadata.get(vendor) if isinstance(metadata, dict) else None
        if isinstance(section, str):
            found.misunderstood(f"`metadata.{vendor}` is text, not a table", at_line(document.file, line))
        if not isinstance(section, dict) or section.get("install") is None:
            continue
        install = section["install"]
        path = ("metadata", vendor, "install")
        places = range(len(install)) if isinstance(install, list) else ()
        lines = [line if is_text else document.line((*path, place)) for place in places]
        read_install_list(found, install, [at_line(document.file, number) for number in lines or [line]])
