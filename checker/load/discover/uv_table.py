"""`[tool.uv]`: other indexes, and sources that replace the index for a declared name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from packaging.utils import NormalizedName, canonicalize_name

from checker.load.discover.collected import Collected
from checker.load.discover.requirement import NotARequirement, classified
from checker.load.discover.toml_text import Toml, TomlProblem, listed
from checker.model.base import Location
from checker.model.discovery import Form, Source

_TABLE = ("tool", "uv")
_KINDS = {
    "git": Source.VCS,
    "url": Source.URL,
    "path": Source.PATH,
    "workspace": Source.PATH,
    "index": Source.INDEX,
}


@dataclass(frozen=True)
class UvSources:
    """Declares the requirements of one TOML text, each with the source that `[tool.uv.sources]` gives it."""

    found: Collected
    form: Form
    by_name: dict[NormalizedName, tuple[Source, str]]

    def declare(self, raw: str, at: Location, group: str = "") -> None:
        """Keep `raw`, and say where it really comes from if the index is replaced for its name."""
        try:
            name: NormalizedName | None = classified(raw)["name"]
        except NotARequirement:
            name = None  # said below, when it is declared
        if name is None or name not in self.by_name:
            self.found.declare(raw, self.form, at, group=group)
            return
        source, text = self.by_name[name]
        self.found.declare(f"{raw} from {text}", self.form, at, group=group, source=source, name=name)


def read_uv_table(found: Collected, toml: Toml, form: Form) -> UvSources:
    """Gather the indexes and the sources; the caller declares its requirements through the result."""
    for key in ("index-url", "extra-index-url", "find-links", "allow-insecure-host"):
        for url in listed(toml.get((*_TABLE, key))):
            found.declare(url, form, toml.at(url), source=Source.INDEX)
    for index in listed(toml.get((*_TABLE, "index"))):
        url = str(index.get("url", "")) if isinstance(index, dict) else str(index)
        found.declare(url, form, toml.at(url), source=Source.INDEX)
    for name in (str(n) for key in ("no-binary-package",) for n in listed(toml.get((*_TABLE, key)))):
        found.declare(name, form, toml.at(name), source=Source.SOURCE_BUILD)
    sources = toml.table((*_TABLE, "sources"))
    by_name = {canonicalize_name(name): _source(toml, name, value) for name, value in sources.items()}
    return UvSources(found, form, by_name)


def _source(toml: Toml, name: str, value: Any) -> tuple[Source, str]:
    for table in listed(value):
        for key, source in _KINDS.items():
            if isinstance(table, dict) and key in table:
                return (Source.EDITABLE if table.get("editable") else source), f"{key} {table[key]}"
    raise TomlProblem(f"`tool.uv.sources.{name}` is of a kind nobody knows", toml.line(name))
