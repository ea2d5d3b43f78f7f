"""Poetry's own dependency tables, translated to PEP 440 (`^1.2` is `>=1.2,<2`)."""

from __future__ import annotations

import re
from typing import Any

from packaging.utils import canonicalize_name

from checker.load.discover.requirement import NotARequirement
from checker.load.discover.toml_text import Toml, listed
from checker.load.discover.uv_table import UvSources
from checker.model.discovery import Source

_TABLE = ("tool", "poetry")
_VERSION = re.compile(
    r"\s*v?(\d+(?:\.\d+)*)((?:[-.]?(?:alpha|beta|rc|dev|post|a|b)[-.]?\d+)*)\s*", re.IGNORECASE
)
_LONGEST = 300
_KINDS = {
    "git": Source.VCS,
    "url": Source.URL,
    "path": Source.PATH,
    "file": Source.PATH,
    "source": Source.INDEX,
}


def read_poetry(toml: Toml, sources: UvSources) -> None:
    """Gather the main dependencies and every group; `python` itself is none."""
    for source in listed(toml.get((*_TABLE, "source"))):
        url = str(source.get("url", "")) if isinstance(source, dict) else str(source)
        sources.found.declare(url, sources.form, toml.at(url), source=Source.INDEX)
    tables: dict[str, tuple[str, ...]] = {"": (*_TABLE, "dependencies"), "dev": (*_TABLE, "dev-dependencies")}
    for group in toml.table((*_TABLE, "group")):
        tables[group] = (*_TABLE, "group", group, "dependencies")
    for group, path in tables.items():
        for name, value in toml.table(path).items():
            if name.lower() != "python":
                _read(toml, sources, name, value, group)


def _read(toml: Toml, sources: UvSources, name: str, value: Any, group: str) -> None:
    at = toml.at(name)
    for entry in value if isinstance(value, list) else [value]:
        table = entry if isinstance(entry, dict) else {"version": entry}
        source = next((kind for key, kind in _KINDS.items() if key in table), None)
        if source is not None:
            text = f"{name} from {next(str(table[key]) for key in _KINDS if key in table)}"
            source = Source.EDITABLE if table.get("develop") else source
            sources.found.declare(
                text, sources.form, at, group=group, source=source, name=canonicalize_name(name)
            )
            continue
        try:
            sources.declare(_requirement(name, table), at, group)
        except NotARequirement as error:
            sources.found.misunderstood(f"`{name}`: {error}", at)


def _requirement(name: str, table: dict[str, Any]) -> str:
    extras = ",".join(str(extra) for extra in table.get("extras") or [])
    specifier = translated(str(table.get("version", "*")))
    marker = f"; {table['markers']}" if isinstance(table.get("markers"), str) else ""
    return f"{name}{f'[{extras}]' if extras else ''}{specifier}{marker}"


def translated(constraint: str) -> str:
    """Poetry's constraint as a PEP 440 specifier set. Raises NotARequirement where there is no such set."""
    if len(constraint) > _LONGEST:
        raise NotARequirement(f"a constraint of {len(constraint)} characters")
    if "||" in constraint or "|" in constraint:
        raise NotARequirement(f"`{constraint}` joins ranges by `|`, which PEP 440 cannot say")
    parts = re.split(r",|(?<=[\w*])\s+(?=[<>=!~^\d])", constraint.strip())
    return ",".join(filter(None, (_part(part.strip()) for part in parts)))


def _part(part: str) -> str:
    if part in ("", "*"):
        return ""
    if part.startswith("^"):
        return _range(part[1:], _caret)
    if part.startswith("~") and not part.startswith("~="):
        return _range(part[1:], _tilde)
    if part[0].isdigit():
        return f"=={part}"
    return f"={part}" if re.match(r"=[^=]", part) else part


def _range(version: str, ceiling: Any) -> str:
    found = _VERSION.fullmatch(version)
    if found is None:
        raise NotARequirement(f"`{version}` is not a version")
    release = [int(number) for number in found[1].split(".")]
    upper = ".".join(str(number) for number in ceiling(release))
    return f">={found[1]}{found[2]},<{upper}"


def _caret(release: list[int]) -> list[int]:
    """One above the first number that is not zero; all zeros: one above the last."""
    place = next((i for i, number in enumerate(release) if number), len(release) - 1)
    return [*release[:place], release[place] + 1]


def _tilde(release: list[int]) -> list[int]:
    """One above the minor number; a lone major number: one above that."""
    place = min(1, len(release) - 1)
    return [*release[:place], release[place] + 1]
