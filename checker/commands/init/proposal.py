"""What a skill's `skill.yaml` should declare, by what its other files say. Pure.

What is certain is taken over, with its places. What is not (an address, a module that several distributions
provide, a name that is only likely) is left to a person: guessing a name is how a stranger's package gets in.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from packaging.requirements import Requirement
from packaging.utils import NormalizedName

from checker.escape import shortened, visible
from checker.model.base import Location
from checker.model.discovery import Declaration, Discovery, Form, Import, Source
from checker.rules.import_names import Candidates, candidates

#: `declared`: a file that a machine reads says so; `prose`: only a reader is told; `used`: and the code
#: imports it; `imported`: nothing declares it.
Why = Literal["declared", "prose", "used", "imported"]
_MARKDOWN = (".md", ".markdown", ".mdx")
_TEST_MODULES = frozenset({"pytest", "_pytest"})
_SOURCES = {
    Source.URL: "an address",
    Source.VCS: "a version control system",
    Source.PATH: "a path",
    Source.EDITABLE: "a folder (editable)",
    Source.INDEX: "another index",
    Source.SOURCE_BUILD: "a source build",
    Source.EXPANSION: "a variable",
}


class Wanted(NamedTuple):
    """One line of `packages`: the requirement, where it was found, and what makes it one."""

    requirement: Requirement
    places: tuple[Location, ...]
    why: Why


class Remark(NamedTuple):
    """One sentence about a place, safe to print."""

    location: Location
    text: str


class Proposal(NamedTuple):
    """What to declare; what is left out on purpose; and what a person has to decide or look at."""

    packages: tuple[Wanted, ...] = ()
    left_out: tuple[Remark, ...] = ()
    open: tuple[Remark, ...] = ()


NOTHING = Proposal()


def propose(found: Discovery) -> Proposal:
    """The declarations that follow from `found`."""
    declared, conflicts = _declared(found.declarations)
    known = {*declared, *(d.name for d in found.declarations if d.source and d.name)}
    optional_groups = {d.name: d for d in found.declarations if d.group and d.requirement and d.name}
    imported, unsure = _imported(found.imports, known, optional_groups)
    used = {name for one in found.imports for path in one.paths for name in candidates(path, {}).names}
    declared = {name: _seen(one) if name in used else one for name, one in declared.items()}
    aside = {name for name, one in declared.items() if one.why == "prose" and all(map(_is_aside, one.places))}
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


def _declared(declarations: Sequence[Declaration]) -> tuple[dict[NormalizedName, Wanted], list[Remark]]:
    """One line for each name. What a machine reads counts; prose where nothing else names the package."""
    plain = [d for d in declarations if d.requirement and not d.tool and not d.group]
    asked = [d for d in plain if d.form is not Form.CONSTRAINTS]
    limits = [d for d in plain if d.form is Form.CONSTRAINTS]
    found: dict[NormalizedName, Wanted] = {}
    conflicts: list[Remark] = []
    sorts: tuple[tuple[Why, bool], ...] = (("declared", False), ("prose", True))
    for why, in_prose in sorts:
        names = dict.fromkeys(d.name for d in asked if d.in_prose is in_prose and d.name)
        for name in (name for name in names if name not in found):
            same = [d for d in asked if d.name == name and d.in_prose is in_prose]
            wanted, conflict = _joined([*same, *(d for d in limits if d.name == name)], why)
            found[name] = wanted
            conflicts.extend(conflict)
    return found, conflicts


def _joined(same: Sequence[Declaration], why: Why) -> tuple[Wanted, list[Remark]]:
    """All declarations of one name in one requirement; one that excludes those before is left to decide."""
    conflicts: list[Remark] = []
    kept: list[Declaration] = []
    result: Requirement | None = None
    for declaration in same:
        both = _both(result, declaration)
        if both is None:
            conflicts.append(Remark(declaration.location, _excludes(declaration, kept[0])))
            continue
        result = both
        kept.append(declaration)
    assert result is not None  # noqa: S101 - the first declaration always counts
    return Wanted(result, _places(d.location for d in kept), why), conflicts


def _both(one: Requirement | None, other: Declaration) -> Requirement | None:
    """The requirement that meets both, or None where no version does."""
    more = other.requirement
    assert more is not None  # noqa: S101 - the caller chose those that have one
    if one is None:
        return more
    result = Requirement(str(one))
    result.specifier = one.specifier & more.specifier
    result.extras = one.extras | more.extras
    # A place that needs it everywhere outweighs one that needs it on some platform.
    result.marker = one.marker if str(one.marker) == str(more.marker) else None
    return None if result.specifier.is_unsatisfiable() else result


def _excludes(declaration: Declaration, first: Declaration) -> str:
    return (
        f"`{declaration.text}` excludes `{first.text}` of {visible(str(first.location))}: "
        "one skill has one environment, decide on one"
    )


def _imported(
    imports: Iterable[Import],
    known: Iterable[NormalizedName | None],
    groups: dict[NormalizedName, Declaration],
) -> tuple[dict[NormalizedName, Wanted], list[Remark]]:
    """What is imported and not declared: the one distribution it can be, or a remark."""
    declared, places = set(known), dict[NormalizedName, list[Location]]()
    unsure: dict[str, Remark] = {}
    for one in imports:
        for path in one.paths if one.need == "required" else ():
            answer = candidates(path, {})
            if declared.intersection(answer.names) or _is_brought(one):
                continue
            group = next((name for name in answer.names if name in groups), None)
            if group or (len(answer.names) == 1 and answer.basis == "curated"):
                places.setdefault(group or answer.names[0], []).append(one.location)
            else:
                unsure.setdefault(one.top, Remark(one.location, _unsure(one, answer)))
    wanted = {name: _from_import(name, found, groups.get(name)) for name, found in places.items()}
    return wanted, list(unsure.values())


def _from_import(name: NormalizedName, places: list[Location], group: Declaration | None) -> Wanted:
    requirement = group.requirement if group and group.requirement else Requirement(name)
    return Wanted(requirement, _places(places), "imported")


def _unsure(one: Import, answer: Candidates) -> str:
    module = f"`{visible(shortened(one.module, 80))}` is imported and nothing declares it"
    if len(answer.names) > 1:
        return f"{module}: declare the one that is meant of {', '.join(answer.names)}"
    if answer.names:
        return f"{module}: by its name it could be {answer.names[0]}; declare it if that is what it is"
    return f"{module}: which distribution provides it is not known; declare it"


def _is_brought(one: Import) -> bool:
    """Tests get pytest from Proctor, unless the skill declares its own."""
    return one.top in _TEST_MODULES and is_test(one.location.file)


def is_test(path: str) -> bool:
    """Whether pytest would collect the file, or read it beside the tests."""
    *folders, name = path.split("/")
    named = name.startswith("test_") or name.endswith("_test.py") or name == "conftest.py"
    return named or not {"test", "tests"}.isdisjoint(folders)


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
            yield Remark(declaration.location, text)


def _places(locations: Iterable[Location]) -> tuple[Location, ...]:
    return tuple(dict.fromkeys(locations))


def _in_order(remarks: Iterable[Remark]) -> tuple[Remark, ...]:
    return tuple(sorted(dict.fromkeys(remarks), key=lambda r: (r.location.file, r.location.line or 0)))


def shown_places(places: Sequence[Location], folder: str) -> str:
    """`scripts/a.py:3 and 4 more`, as seen from the skill in `folder`; one line, safe to print."""
    more = f" and {len(places) - 1} more" if len(places) > 1 else ""
    return visible(_relative(places[0], folder)) + more


def _relative(place: Location, folder: str) -> str:
    file = posixpath.relpath(f"/{place.file}", f"/{folder}")
    return f"{file}:{place.line}" if place.line else file
