"""What a skill's code uses, and which distributions may provide it. Pure."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from packaging.utils import NormalizedName

from checker.escape import visible
from checker.model.base import Location
from checker.model.discovery import Import
from checker.model.outcome import Outcome, Status
from checker.model.policy import Policy
from checker.model.skill import Skill
from checker.rules.code.import_names import Candidates, candidates, curated
from checker.rules.lock.graph import Case
from checker.tools import Wheels

#: For each module, dotted where needed, the locked distributions that hold it.
Provided = Mapping[str, tuple[NormalizedName, ...]]
_NEEDS = ("required", "optional", "typing")
#: The sandbox brings its own pytest for the skill's tests.
_RUNNER = frozenset({"pytest", "_pytest"})


class Use(NamedTuple):
    """One module that the skill imports, at the first of the places that need it most."""

    module: str
    found: Import
    candidates: Candidates

    @property
    def location(self) -> Location:
        """Where it is imported."""
        return self.found.location


def uses(skill: Skill, provided: Provided) -> tuple[Use, ...]:
    """Each module once, by place; modules of a shared namespace (`google.cloud.storage`) one by one.

    Left out: what is imported for type checking alone, and the test runner in the skill's tests.
    """
    found: dict[tuple[str, tuple[NormalizedName, ...]], Use] = {}
    for one in skill.discovery.imports:
        if one.need == "typing" or (one.top in _RUNNER and is_test(skill.relative(one.location.file))):
            continue
        for path in one.paths:
            use = _use(one, path, provided)
            key = (one.top, use.candidates.names)
            if key not in found or _rank(one) < _rank(found[key].found):
                found[key] = use
    return tuple(
        sorted(found.values(), key=lambda use: (use.location.file, use.location.line or 0, use.module))
    )


def is_test(path: str) -> bool:
    """Whether a file (relative to its skill) belongs to the skill's tests."""
    *folders, name = path.split("/")
    return (
        name.startswith("test_")
        or posixpath.splitext(name)[0].endswith("_test")
        or name == "conftest.py"
        or not {"test", "tests"}.isdisjoint(folders)
    )


def unlisted(skill: Skill) -> str:
    """Why nobody can tell which packages a skill that declares none uses; "" where it uses none."""
    needed = sorted({use.module for use in uses(skill, {}) if use.found.need == "required"})
    if not needed or skill.manifest is not None:
        return ""
    named = ", ".join(visible(module) for module in needed[:3])
    more = f" and {len(needed) - 3} more" if len(needed) > 3 else ""
    return f"imports {named}{more}, and no file says which packages that takes"


def module_names(name: NormalizedName, provided: Provided) -> frozenset[str]:
    """The modules of a distribution, by its wheel or else by the curated table; empty = not known."""
    held = frozenset(module for module, names in provided.items() if name in names)
    return held or _curated_modules().get(name, frozenset())


def provided_by(
    skill: Skill, policy: Policy, wheels: Wheels | None, earlier: Mapping[tuple[str, str], Outcome]
) -> Provided:
    """What the locked wheels hold by their own records; empty where they may not, or cannot, be looked at.

    A lock names whatever address its author likes: only one that `lock` and `sources` passed is followed.
    """
    verdicts = [earlier.get((check, skill.id)) for check in ("lock", "sources")]
    if wheels is None or not all(one is not None and one.status is Status.PASSED for one in verdicts):
        return {}
    found: defaultdict[str, set[NormalizedName]] = defaultdict(set)
    for target in policy.targets:
        if (lock := skill.locks.get(target.name)) is None:
            continue
        installed = Case(skill, policy, target, lock).installed
        answers = wheels.modules(installed.values())
        for name, file in installed.items():
            for module in answers.get(file.filename, ()):
                found[module].add(name)
    return {module: tuple(sorted(names)) for module, names in found.items()}


def _use(one: Import, path: str, provided: Provided) -> Use:
    shared = curated().namespaces
    inside = path if one.module in shared else one.module
    return Use(inside if one.top in shared else one.top, one, candidates(path, provided))


def _rank(one: Import) -> tuple[int, str, int]:
    return _NEEDS.index(one.need), one.location.file, one.location.line or 0


@cache
def _curated_modules() -> Mapping[NormalizedName, frozenset[str]]:
    """The curated table by distribution."""
    modules: defaultdict[NormalizedName, set[str]] = defaultdict(set)
    for module, names in curated().distributions.items():
        for name in names:
            modules[name].add(module)
    return {name: frozenset(found) for name, found in modules.items()}
