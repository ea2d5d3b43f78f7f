"""`policies/` → Policy: the preset, what the repository changes of it, the registry and the waivers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from packaging.utils import NormalizedName

from checker.errors import PolicyError
from checker.load import presets
from checker.load.collector import paused
from checker.load.policy_files import (
    MATURITY,
    PACKAGES,
    WAIVERS,
    in_shape,
    read_document,
    refuse_misnamed,
)
from checker.load.schema import MaturityFile, PackageRow, PackagesFile, WaiversFile
from checker.load.validate import versioned
from checker.load.yaml_lines import Document
from checker.model.base import Location
from checker.model.level import Level
from checker.model.policy import Grant, Policy, RegistryEntry, Waiver
from checker.tools import Tree

_SETTINGS = tuple(name for name in MaturityFile.model_fields if name != "grants")
_NOTHING = (
    f"no policy: write {MATURITY} with the three lines `version: 1`, `extends: default` and "
    "`default_maturity: intern`"
)


def load_policy(tree: Tree) -> Policy:
    """The policy of a revision. Raises PolicyError with its place: there is none, or it cannot be used."""
    refuse_misnamed(tree)
    if MATURITY not in tree.entries():
        raise PolicyError(_NOTHING, MATURITY)
    maturity, grants = _maturity(tree)
    settings = {name: getattr(maturity, name) for name in _SETTINGS}
    with paused():  # a large registry is a million objects: looking for garbage doubles the time
        entries = load_registry(tree)
    return Policy(file=MATURITY, grants=grants, entries=entries, waivers=load_waivers(tree), **settings)


def setting_places(tree: Tree) -> dict[str, Location]:
    """Where each top-level key stands that the repository's own policy sets. Raises PolicyError."""
    document, data = read_document(tree, MATURITY)
    return {key: document.at((key,)) for key in data}


def _maturity(tree: Tree) -> tuple[MaturityFile, tuple[Grant, ...] | None]:
    document, data = read_document(tree, MATURITY)
    base = _preset(document, data.pop("extends", presets.DEFAULT))
    merged = _merged(versioned(base), data)
    maturity = in_shape(MaturityFile, merged, document)
    source = document if "grants" in data else base
    return maturity, _grants(maturity, source)


def _preset(document: Document, name: object) -> Document:
    line = document.key_line(("extends",))
    if not isinstance(name, str):
        raise PolicyError(f"`extends` should name a preset: {' or '.join(presets.names())}", MATURITY, line)
    try:
        return presets.preset(name)
    except PolicyError as error:
        raise PolicyError(error.message, MATURITY, line) from error


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`over` on top of `base`, key by key at every depth. Lists are replaced, not joined."""
    result = dict(base)
    for key, value in over.items():
        below = base.get(key)
        merge = isinstance(below, dict) and isinstance(value, dict)
        result[key] = _merged(below or {}, value) if merge else value
    return result


def _grants(maturity: MaturityFile, source: Document) -> tuple[Grant, ...] | None:
    if maturity.grants is None:
        return None
    return tuple(
        Grant(skills=row.skills, levels=row.levels, location=source.at(("grants", number)))
        for number, row in enumerate(maturity.grants)
    )


def load_registry(tree: Tree) -> dict[NormalizedName, tuple[RegistryEntry, ...]]:
    """The package registry alone, by name. Raises PolicyError."""
    if PACKAGES not in tree.entries():
        return {}
    document, data = read_document(tree, PACKAGES)
    entries: dict[NormalizedName, tuple[RegistryEntry, ...]] = {}
    for number, row in enumerate(in_shape(PackagesFile, data, document).packages):
        entry = _entry(row, document.at(("packages", number)))
        entries[entry.name] = (*entries.get(entry.name, ()), entry)
    return entries


def _entry(row: PackageRow, location: Location) -> RegistryEntry:
    # Only an approval must say its level; for the other two it decides nothing.
    level = row.min_maturity or Level.AUTONOMOUS
    fields = {name: getattr(row, name) for name in PackageRow.model_fields if name != "min_maturity"}
    return RegistryEntry(min_maturity=level, location=location, **fields)


def load_waivers(tree: Tree) -> tuple[Waiver, ...]:
    """The waivers alone, in the order of their lines. Raises PolicyError."""
    if WAIVERS not in tree.entries():
        return ()
    document, data = read_document(tree, WAIVERS)
    rows = in_shape(WaiversFile, data, document).waivers
    return tuple(
        Waiver(
            location=document.at(("waivers", number)),
            **{name: getattr(row, name) for name in type(row).model_fields},
        )
        for number, row in enumerate(rows)
    )
