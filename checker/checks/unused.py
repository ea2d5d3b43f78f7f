"""`unused`: is everything that the skill declares used by it?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from packaging.utils import NormalizedName, canonicalize_name

from checker.errors import InputError, Unanswered
from checker.escape import visible
from checker.model.answers import Answers
from checker.model.outcome import Finding, Outcome
from checker.model.plan import Exam
from checker.model.severity import Severity
from checker.model.skill import DeclaredPackage, FileKind, Skill
from checker.overlap import overlapped
from checker.rules.code.mentions import mentioned
from checker.rules.code.name_tables import plugins
from checker.rules.code.uses import Provided, module_names, provided_by, uses
from checker.rules.commands import lock_command
from checker.tools import Tools, Tree

RULE = "unused"
NEEDS: tuple[str, ...] = ("manifest", "lock", "sources")
_TYPES = re.compile(r"types-.+|.+-stubs")
_CODE = (
    ".py",
    ".pyw",
    ".sh",
    ".bash",
    ".md",
    ".markdown",
    ".toml",
    ".cfg",
    ".ini",
    ".yaml",
    ".yml",
    ".json",
    ".ipynb",
)
_MANIFESTS = ("skill.yaml", "pyproject.toml", "pylock.toml")
_LARGEST = 2_000_000
#: Skills whose wheels are fetched at the same time: each waits for downloads, most of them small.
_AT_ONCE = 4


def examine(exam: Exam, tools: Tools, earlier: Mapping[tuple[str, str], Outcome]) -> Answers:
    """Look for each declared package in the imports, then for its command in the skill's own files."""
    skills = {examinee.skill.id: examinee.skill for examinee in exam.examinees}
    idle = {name: _Search(skill, tools.head, {}).idle() for name, skill in skills.items()}

    def opened(skill: Skill) -> Provided:
        return provided_by(skill, exam.policy, tools.wheels, earlier)

    doubtful = [skill for name, skill in skills.items() if idle[name] and skill.locks]
    for skill, provided in zip(doubtful, overlapped(opened, doubtful, _AT_ONCE, "unused"), strict=True):
        idle[skill.id] = _Search(skill, tools.head, provided).idle()
    findings = {
        name: tuple(_finding(skills[name], one) for one in packages) for name, packages in idle.items()
    }
    return Answers(outcomes=tuple(_outcome(skill, findings[name]) for name, skill in skills.items()))


def _outcome(skill: Skill, findings: tuple[Finding, ...]) -> Outcome:
    if skill.unusable is not None:
        return Outcome.broken(RULE, skill.id, skill.unusable.message)
    if not skill.packages:
        return Outcome.not_applicable(RULE, skill.id, "declares no packages")
    if not skill.python_files:
        return Outcome.not_applicable(RULE, skill.id, "has no Python files")
    return Outcome.of(RULE, skill.id, findings)


def _finding(skill: Skill, package: DeclaredPackage) -> Finding:
    name, place = package.name, package.location
    return Finding(
        rule=RULE,
        subject=name,
        severity=Severity.WARNING,
        message=f"{name} is declared, but nothing of the skill imports it or calls its command",
        file=place.file,
        line=place.line,
        remedy=f"remove `{name}` from {visible(place.file)}, then run {lock_command(skill)}",
    )


@dataclass(frozen=True)
class _Search:
    """One skill, with what its wheels are known to hold."""

    skill: Skill
    head: Tree
    provided: Provided

    def idle(self) -> tuple[DeclaredPackage, ...]:
        """Declared packages that nothing uses."""
        if self.skill.unusable is not None or not self.skill.python_files:
            return ()
        imported = {name for use in uses(self.skill, self.provided) for name in use.candidates.names}
        imported |= {canonicalize_name(one.top) for one in self.skill.discovery.imports}
        asked = {package.name: package for package in self._installed() if not self._works_unseen(package)}
        left = [package for name, package in asked.items() if name not in imported]
        return tuple(package for package in left if not self._mentioned(package.name))

    def _installed(self) -> Iterator[DeclaredPackage]:
        """The packages of the manifest; without one, what a machine installs beside the code.

        Prose tells a reader what there is, tools have an environment of their own, groups are for developers.
        """
        found = self.skill.discovery.declarations
        machine = {one.name for one in found if not (one.in_prose or one.tool or one.group)}
        return (one for one in self.skill.packages if self.skill.manifest or one.name in machine)

    def _works_unseen(self, package: DeclaredPackage) -> bool:
        """A plugin, a command, types, or a bound on what another package requires."""
        name, locks = package.name, self.skill.locks.values()
        required = {wanted for lock in locks for one in lock.distributions for wanted in one.requires or ()}
        return name in plugins() or name in required or _TYPES.fullmatch(name) is not None

    def _mentioned(self, name: NormalizedName) -> bool:
        words = {name, name.replace("-", "_"), *module_names(name, self.provided)}
        if any(word in words for word in self.skill.test or ()):
            return True
        declared = {(one.location.file, one.location.line) for one in self.skill.discovery.declarations}
        return any(mentioned(words, path, text, declared) for path, text in self._texts())

    def _texts(self) -> Iterator[tuple[str, str]]:
        for entry in self.skill.files:
            readable = entry.kind in (FileKind.FILE, FileKind.EXECUTABLE)
            name = entry.path.rpartition("/")[2]
            if readable and name not in _MANIFESTS and (name.endswith(_CODE) or "." not in name):
                try:
                    yield entry.path, self.head.read(entry.path, _LARGEST).decode("utf-8", "replace")
                except (InputError, Unanswered):
                    continue  # a warning less; what cannot be read is said by `manifest` and `undeclared`
