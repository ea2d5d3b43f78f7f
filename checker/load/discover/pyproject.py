"""`pyproject.toml`: read as data. No build backend is ever run; what only one could tell is said instead."""

from __future__ import annotations

from checker.escape import shortened, visible
from checker.load.discover.collected import Collected, at_line
from checker.load.discover.poetry import read_poetry
from checker.load.discover.requirements_txt import refer
from checker.load.discover.toml_text import Toml, TomlProblem
from checker.load.discover.uv_table import UvSources, read_uv_table
from checker.model.discovery import Form

_LIMIT = 1_000_000
_DYNAMIC = ("tool", "setuptools", "dynamic", "dependencies", "file")


def read_pyproject(found: Collected, path: str) -> None:
    """Gather what the file at `path` declares, table by table: one bad table spares the others."""
    text = found.text(path, _LIMIT)
    if text is None:
        return
    try:
        toml = Toml.parse(text, path)
        sources = read_uv_table(found, toml, Form.PYPROJECT)
    except TomlProblem as problem:
        _note(found, path, problem)
        return
    for reader in (_project, _extras, _groups, _dynamic, _uv_dev, read_poetry):
        try:
            reader(toml, sources)
        except TomlProblem as problem:
            _note(found, path, problem)


def _note(found: Collected, path: str, problem: TomlProblem) -> None:
    found.misunderstood(shortened(visible(str(problem)), 300), at_line(path, problem.line))


def _project(toml: Toml, sources: UvSources) -> None:
    for raw in toml.texts(("project", "dependencies")):
        sources.declare(raw, toml.at(raw))


def _extras(toml: Toml, sources: UvSources) -> None:
    for extra in toml.table(("project", "optional-dependencies")):
        for raw in toml.texts(("project", "optional-dependencies", extra)):
            sources.declare(raw, toml.at(raw), group=extra)


def _groups(toml: Toml, sources: UvSources) -> None:
    groups = toml.table(("dependency-groups",))
    for group, entries in groups.items():
        if not isinstance(entries, list):
            raise TomlProblem(f"`dependency-groups.{group}` must be a list", toml.line(group))
        for entry in entries:
            if isinstance(entry, str):
                sources.declare(entry, toml.at(entry), group=group)
            elif not (isinstance(entry, dict) and entry.get("include-group") in groups):
                raise TomlProblem(
                    f"`dependency-groups.{group}` holds an entry nobody knows", toml.line(group)
                )


def _uv_dev(toml: Toml, sources: UvSources) -> None:
    for raw in toml.texts(("tool", "uv", "dev-dependencies")):
        sources.declare(raw, toml.at(raw), group="dev")


def _dynamic(toml: Toml, sources: UvSources) -> None:
    dynamic = [name for name in toml.texts(("project", "dynamic")) if "dependencies" in name]
    files = toml.get(_DYNAMIC)
    if not dynamic:
        return
    at = toml.at("dynamic")
    if not files:
        listed = ", ".join(dynamic)
        sources.found.misunderstood(
            f"{visible(listed)} are computed by a build backend, which is never run", at
        )
    for name in [files] if isinstance(files, str) else files or []:
        refer(sources.found, str(name), at, Form.REQUIREMENTS)
