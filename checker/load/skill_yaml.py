"""`skill.yaml`: what a skill declares. Nothing here raises for its content: every fault becomes a Problem."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from checker.errors import InputError
from checker.load.declared import NotDeclared, requirement
from checker.load.schema import SkillFile
from checker.load.validate import Fault, validated, versioned
from checker.load.yaml_lines import Document, parse_yaml
from checker.model.base import Location
from checker.model.level import Level
from checker.model.skill import DeclaredPackage, Problem

SIZE_LIMIT = 1_000_000
#: Requirements of one skill. Reading a hundred thousand takes half a minute.
_MAX_PACKAGES = 1_000
#: Keys without which nothing can be said of the skill: a default in their place would be a guess.
_NEEDED = ("maturity", "python", "packages")
_REMEDY = "docs/policy.md#skillyaml describes every key"


@dataclass(frozen=True)
class SkillYaml:
    """The declarations that could be read, and what is wrong with the rest."""

    maturity: Level | None = None
    maturity_location: Location | None = None
    python: str | None = None
    packages: tuple[DeclaredPackage, ...] = ()
    test: tuple[str, ...] | None = None
    problems: tuple[Problem, ...] = ()


def read_skill_yaml(data: bytes, file: str) -> SkillYaml:
    """Read a manifest. A fatal problem where it is not YAML of a known version; else what can be used is."""
    try:
        document = parse_yaml(data, file)
        keys = versioned(document)
    except InputError as error:
        location = Location(file=error.file, line=error.line)
        return SkillYaml(
            problems=(Problem(message=error.message, location=location, remedy=_REMEDY, fatal=True),)
        )
    faults: list[Fault] = []
    declared = _in_shape(_with_command(keys, document, faults), document, faults)
    packages = _packages(declared.packages, document, faults)
    unread = {fault for fault in faults if fault.path[0] in _NEEDED}
    return SkillYaml(
        maturity=declared.maturity,
        maturity_location=document.at(("maturity",)) if declared.maturity else None,
        python=declared.python,
        packages=packages,
        test=declared.test,
        problems=tuple(
            _problem(fault, file, fatal=fault in unread)
            for fault in sorted(faults, key=lambda f: (f.line, f.message))
        ),
    )


def _in_shape(keys: Mapping[str, Any], document: Document, faults: list[Fault]) -> SkillFile:
    """The keys that are right. Those that are not are left out and their faults noted."""
    result = validated(SkillFile, keys, document)
    if isinstance(result, SkillFile):
        return result
    faults.extend(result)
    wrong = {fault.path[0] for fault in result}
    return SkillFile.model_validate({key: value for key, value in keys.items() if key not in wrong})


def _with_command(keys: dict[str, Any], document: Document, faults: list[Fault]) -> dict[str, Any]:
    """The keys, with `test` as a list even if written as one line, and without it where it is no command."""
    if "test" not in keys:
        return keys
    try:
        command = _command(keys["test"])
    except ValueError as error:
        faults.append(Fault(("test",), document.key_line(("test",)), f"`test`: {error}"))
        return {key: value for key, value in keys.items() if key != "test"}
    return {**keys, "test": command}


def _command(value: object) -> object:
    words = shlex.split(value) if isinstance(value, str) else value
    if not words:
        raise ValueError(
            "should be a command such as [python, -m, pytest, -q]; leave it out if there is none"
        )
    if isinstance(words, list) and any("\0" in word for word in words if isinstance(word, str)):
        raise ValueError("a command cannot hold the character NUL")
    return words


def _packages(texts: Iterable[str], document: Document, faults: list[Fault]) -> tuple[DeclaredPackage, ...]:
    found: list[DeclaredPackage] = []
    texts = tuple(texts)
    if len(texts) > _MAX_PACKAGES:
        path = ("packages", _MAX_PACKAGES)
        faults.append(Fault(path, document.line(path), f"`packages`: at most {_MAX_PACKAGES} are read"))
    for number, text in enumerate(texts[:_MAX_PACKAGES]):
        path = ("packages", number)
        try:
            found.append(DeclaredPackage(requirement=requirement(text), location=document.at(path)))
        except NotDeclared as error:
            faults.append(Fault(path, document.line(path), str(error)))
    return tuple(found)


def _problem(fault: Fault, file: str, *, fatal: bool) -> Problem:
    place = Location(file=file, line=fault.line)
    return Problem(message=fault.message, location=place, remedy=_REMEDY, fatal=fatal)
