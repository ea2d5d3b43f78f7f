"""Several declarations of one package in one line: a skill has one environment. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from packaging.requirements import Requirement
from packaging.utils import NormalizedName

from checker.commands.init.wanted import Remark, Wanted, Why, distinct
from checker.escape import visible
from checker.model.discovery import Declaration, Form


def declared_packages(
    declarations: Sequence[Declaration],
) -> tuple[dict[NormalizedName, Wanted], list[Remark]]:
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
    return Wanted(result, distinct(d.location for d in kept), why), conflicts


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
