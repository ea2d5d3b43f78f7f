"""What a skill's `skill.yaml` should declare, by what its other files say. Pure.

What is certain is taken over, with its places. What is not (an address, a module that several distributions
provide, a name that is only likely) is left to a person: guessing a name is how a stranger's package gets in.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from packaging.utils import NormalizedName

from checker.commands.init.imported import imported_packages
from checker.commands.init.joined import declared_packages
from checker.commands.init.wanted import Remark, Wanted
from checker.escape import shortened, visible
from checker.model.base import Location
from checker.model.discovery import Declaration, Discovery, Source
from checker.rules.code.import_names import candidates

_MARKDOWN = (".md", ".markdown", ".mdx")
_SOURCES = {
    Source.URL: "an address",
    Source.VCS: "a version control system",
    Source.PATH: "a path",
    Source.EDITABLE: "a folder (editable)",
    Source.INDEX: "another index",
    Source.SOURCE_BUILD: "a source build",
    Source.EXPANSION: "a variable",
}


class Proposal(NamedTuple):
    """What to declare; what is left out on purpose; and what a person has to decide or look at."""

    packages: tuple[Wanted, ...] = ()
    left_out: tuple[Remark, ...] = ()
    open: tuple[Remark, ...] = ()


NOTHING = Proposal()


def propose(found: Discovery) -> Proposal:
    """The declarations that follow from `found`."""
    declared, conflicts = declared_packages(found.declarations)
    known = {*declared, *(d.name for d in found.declarations if d.source and d.name)}
    optional_groups = {d.name: d for d in found.declarations if d.group and d.requirement and d.name}
    imported, unsure = imported_packages(found.imports, known, optional_groups)
    used = {name for one in found.imports for path in one.paths for name in candidates(path, {}).names}
    declared = {name: _seen(one) if name in used else one for name, one in declared.items()}
    aside = [name for name, one in declared.items() if one.why == "prose" and all(map(_is_aside, one.places))]
    told = [_told(declared.pop(name)) for name in aside]
    problems = (Remark(p.location, p.message) for p in found.not_understood)
    return Proposal(
        packages=(*declared.values(), *imported.values()),
        left_out=tuple(_left_out(found, {*known, *imported})),
        open=_in_order([*conflicts, *told, *_sources(found.declarations), *unsure, *problems]),
    )


def _is_aside(place: Location) -> bool:
    """Whether a line stands in Markdown that is neither SKILL.md nor a README.

    Such pages tell about tools at large. In public repositories about half of what only prose asks for is
    taught and not used, and most of that stands there.
    """
    name = posixpath.basename(place.file).lower()
    return name.endswith(_MARKDOWN) and not name.startswith(("skill.", "readme."))


def _told(wanted: Wanted) -> Remark:
    text = (
        f"`{visible(str(wanted.requirement))}` is only told to a reader here: declare it if the skill uses it"
    )
    return Remark(wanted.places[0], text)


def _seen(wanted: Wanted) -> Wanted:
    return wanted._replace(why="used") if wanted.why == "prose" else wanted


def _left_out(found: Discovery, declared: Iterable[NormalizedName | None]) -> Iterator[Remark]:
    known = set(declared)
    for declaration in found.declarations:
        if declaration.name in known or declaration.requirement is None:
            continue
        if declaration.tool:
            yield Remark(
                declaration.location, f"{declaration.text}: a command with an environment of its own"
            )
        elif declaration.group:
            yield Remark(declaration.location, f"{declaration.text}: only in the group {declaration.group}")
    for one in found.imports:
        if one.need != "optional":
            continue
        names = {name for path in one.paths for name in candidates(path, {}).names}
        if known.isdisjoint(names):
            yield Remark(
                one.location, f"{visible(shortened(one.module, 80))}: imported, but it goes on without"
            )


def _sources(declarations: Iterable[Declaration]) -> Iterator[Remark]:
    for declaration in declarations:
        if declaration.source is not None:
            text = f"`{declaration.text}` comes from {_SOURCES[declaration.source]}: not taken over"
            if declaration.source is Source.SOURCE_BUILD:
                text = f"`{declaration.text}` is built from source here: not taken over, a lock holds wheels"
            yield Remark(declaration.location, text)


def _in_order(remarks: Iterable[Remark]) -> tuple[Remark, ...]:
    return tuple(sorted(dict.fromkeys(remarks), key=lambda r: (r.location.file, r.location.line or 0)))
