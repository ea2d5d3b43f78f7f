"""Where to look: the file and line of the skill that a phase's evidence names. Pure.

Runners and the audit hook tell from inside of the box, so what they say is a place to look at and no more. It
counts where it is one of the skill's own files, whatever else it says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from packaging.utils import canonicalize_name

from checker.escape import visible
from checker.model.base import Location
from checker.model.evidence import PhaseEvidence
from checker.model.skill import Skill
from checker.rules.code.uses import module_names

#: How the runner ends the line on a file that does not compile, as Python words it.
_SYNTAX = re.compile(r"does not compile: .*, line ([1-9][0-9]{0,6})\)", re.DOTALL)
#: How pytest heads what it prints of a test that failed, and what comes after all of them.
_HEADING, _END = re.compile(r"^__+ (.+) __+$", re.MULTILINE), re.compile(r"^==+ ", re.MULTILINE)
_AT = re.compile(r"(.+):([1-9][0-9]{0,6})", re.DOTALL)


def of_failures(skill: Skill, phase: PhaseEvidence) -> Location | None:
    """The place of the first failure that has one."""
    look = {"import": _declared, "scripts": _script, "tests": _test}.get(phase.phase)
    found = (look(skill, phase, line) for line in phase.failures) if look else iter(())
    return next((place for place in found if place is not None), None)


def of_events(skill: Skill, phase: PhaseEvidence, kind: str) -> Location | None:
    """The place of the first event of a kind that the skill's own code did."""
    if phase.phase == "import":  # nothing of the skill runs: what has such a name is a package's
        return None
    own = _own(skill)
    named = (_AT.fullmatch(event.where) for event in phase.reported if event.kind == kind)
    return next((Location(file=own[at[1]], line=int(at[2])) for at in named if at and at[1] in own), None)


def _declared(skill: Skill, _phase: PhaseEvidence, line: str) -> Location | None:
    """`yaml: exit code 1: …`: where the package is declared that holds the module."""
    module = line.partition(":")[0]
    for package in skill.packages:
        if module in module_names(package.name, {}) or canonicalize_name(module) == package.name:
            return Location(file=visible(package.location.file), line=package.location.line)
    return None


def _script(skill: Skill, _phase: PhaseEvidence, line: str) -> Location | None:
    """`run.py: does not compile: invalid syntax (run.py, line 1)`, `run.py: --help: exit code 1`."""
    own = _own(skill)
    name = max((name for name in own if line.startswith(f"{name}: ")), key=len, default=None)
    if name is None:
        return None
    at = _SYNTAX.fullmatch(line.removeprefix(f"{name}: "))
    return Location(file=own[name], line=int(at[1]) if at else None)


def _test(skill: Skill, phase: PhaseEvidence, line: str) -> Location | None:
    """`tests.test_a.TestOne::test_b` as JUnit has it, `tests/test_a.py::test_b` as pytest has it."""
    where, _, test = line.partition("::")
    named = where or test  # a file that could not be collected is a case without a class
    for name, path in sorted(_own(skill).items(), key=lambda one: -len(one[0])):
        module = name.removesuffix(".py").replace("/", ".")
        if named == name or (name.endswith(".py") and f"{named}.".startswith(f"{module}.")):
            return Location(file=path, line=_printed(phase.output, name, test))
    return None


def _printed(output: str, name: str, test: str) -> int | None:
    """The line of the file that pytest printed below a heading of the test."""
    file, number = re.escape(name), "([1-9][0-9]{0,6})"
    look = re.compile(rf'^(?:{file}:{number}:(?: |$)|E +File "/skill/{file}", line {number}$)', re.MULTILINE)
    endings = tuple(f"{lead}{what}" for what in (test.rpartition("::")[2], name) for lead in " .")
    _, *parts = _HEADING.split(output)
    for title, below in zip(parts[::2], parts[1::2], strict=True):
        at = look.search(_END.split(below, 1)[0]) if f" {title}".endswith(endings) else None
        if at is not None:
            return int(at[1] or at[2])
    return None


def _own(skill: Skill) -> Mapping[str, str]:
    """The paths of the skill's files, by their names as runners and hook print them."""
    paths = {skill.relative(entry.path): entry.path for entry in skill.files}
    escaped = {name.encode("unicode_escape").decode(): path for name, path in paths.items()}
    return {visible(name): visible(path) for name, path in (escaped | paths).items()}
