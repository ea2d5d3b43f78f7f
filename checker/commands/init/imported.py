"""What is imported and not declared: the one distribution it can be, or a remark. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from packaging.requirements import Requirement
from packaging.utils import NormalizedName

from checker.commands.init.wanted import Remark, Wanted, distinct
from checker.escape import shortened, visible
from checker.model.base import Location
from checker.model.discovery import Declaration, Import
from checker.rules.code.import_names import Candidates, candidates

_TEST_MODULES = frozenset({"pytest", "_pytest"})


def imported_packages(
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
    return Wanted(requirement, distinct(places), "imported")


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
