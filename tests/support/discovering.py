"""A skill in memory, discovered."""

from __future__ import annotations

from collections.abc import Mapping

from checker.load.discover import discover
from checker.model.discovery import Declaration, Discovery, Form
from checker.model.plan import SkillFolder
from tests.support.trees import Content, MemoryTree

SKILL = "skills/s"


def discovered(files: Mapping[str, Content], *, python: str = "3.11") -> Discovery:
    """What is found in the skill `skills/s`. Paths are relative to it; one that begins with "/" is to the root."""
    placed = {
        path[1:] if path.startswith("/") else f"{SKILL}/{path}": content for path, content in files.items()
    }
    placed.setdefault(f"{SKILL}/SKILL.md", "---\nname: s\ndescription: d\n---\n")
    tree = MemoryTree(placed)
    own = tuple(entry for path, entry in tree.entries().items() if path.startswith(f"{SKILL}/"))
    folder = SkillFolder(id=SKILL, skill_md=f"{SKILL}/SKILL.md", files=own, read_set=own)
    return discover(tree, folder, python=python)


def requirements(found: Discovery, form: Form | None = None) -> list[str]:
    """The governed declarations as text, in order, of one form or of all."""
    return [str(d.requirement) for d in found.declarations if d.requirement and form in (None, d.form)]


def sources(found: Discovery) -> list[tuple[str, str]]:
    """Source and text of the declarations that are more than a requirement."""
    return [(d.source.value, d.text) for d in found.declarations if d.source]


def places(found: Discovery) -> list[tuple[str, int | None]]:
    """File (relative to the skill) and line of every declaration."""
    return [(d.location.file.removeprefix(f"{SKILL}/"), d.location.line) for d in found.declarations]


def problems(found: Discovery) -> list[str]:
    """`file:line: message` of what was not understood, relative to the skill."""
    return [f"{p.location}: {p.message}".removeprefix(f"{SKILL}/") for p in found.not_understood]


def named(found: Discovery, name: str) -> Declaration:
    """The one declaration that names `name`."""
    (only,) = [d for d in found.declarations if d.name == name]
    return only
