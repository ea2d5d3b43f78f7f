"""A skill: a folder with a SKILL.md, and what it declares."""

from __future__ import annotations

from enum import StrEnum

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name
from pydantic import ConfigDict

from checker.model.base import Frozen, Location
from checker.model.discovery import Discovery
from checker.model.level import Level
from checker.model.lock import Lock, Pin
from checker.model.problem import Problem

__all__ = ["DeclaredPackage", "Entry", "FileKind", "Problem", "Skill"]


class FileKind(StrEnum):
    """What a tree entry is. Only `file` and `executable` have content a check may read."""

    FILE = "file"
    EXECUTABLE = "executable"
    SYMLINK = "symlink"
    GITLINK = "gitlink"
    SPECIAL = "special"


_CONTENT = (FileKind.FILE, FileKind.EXECUTABLE, FileKind.SYMLINK)
_PYTHON = (".py", ".pyw")
#: Shells, notebooks, compiled and packed Python, other languages, libraries.
_PROGRAMS = (
    *(".sh", ".bash", ".zsh", ".ksh", ".fish", ".ps1", ".bat", ".cmd"),
    *(".ipynb", ".pyc", ".pyz", ".pyx", ".whl", ".egg"),
    *(".js", ".mjs", ".cjs", ".ts", ".mts", ".jsx", ".tsx", ".rb", ".pl", ".php", ".lua", ".r", ".jl", ".go"),
    *(".so", ".pyd", ".dll", ".dylib", ".exe", ".wasm", ".jar"),
)


class Entry(Frozen):
    """One entry of a tree. `digest` identifies the content: the git blob id, or a hash of the bytes."""

    path: str
    kind: FileKind
    digest: str

    @property
    def is_python(self) -> bool:
        """By its name. A link counts, and letter case does not: Python starts `run.PY`, too."""
        return self._named(_PYTHON)

    @property
    def is_other_program(self) -> bool:
        """Whether it can be started or loaded: by its name or, without a suffix, by its executable bit."""
        bare = self.kind is FileKind.EXECUTABLE and "." not in self.path.rpartition("/")[2]
        return bare or self._named(_PROGRAMS)

    def _named(self, suffixes: tuple[str, ...]) -> bool:
        return self.kind in _CONTENT and self.path.lower().endswith(suffixes)


class DeclaredPackage(Frozen):
    """One requirement the skill declares, re-serialised by `packaging`, with its place."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    requirement: Requirement
    location: Location

    @property
    def name(self) -> NormalizedName:
        """The distribution's PEP 503 name."""
        return canonicalize_name(self.requirement.name)


class Skill(Frozen):
    """A skill as its files describe it.

    `id` is the repository-relative folder ("." for the root). `files` are the entries the skill owns (those
    of a nested skill belong to that one), `read_set` all entries that were read for it, also outside of its
    folder. `maturity` is what it declares (None: the policy's default). `locks` maps a target's name to its
    lock; a lock that cannot be read stands in `lock_problems` instead. `test` is the declared test command.
    `packages` are those of the manifest; without one, of every other form of declaration in `discovery`.
    `test_functions` is the least number of tests that its files hold (None: nobody counted).
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    id: str
    name: str = ""
    description: str = ""
    skill_md: str
    manifest: str | None = None
    maturity: Level | None = None
    maturity_location: Location | None = None
    python: str | None = None
    packages: tuple[DeclaredPackage, ...] = ()
    test: tuple[str, ...] | None = None
    test_functions: int | None = None
    files: tuple[Entry, ...] = ()
    read_set: tuple[Entry, ...] = ()
    locks: dict[str, Lock] = {}
    lock_problems: dict[str, Problem] = {}
    problems: tuple[Problem, ...] = ()
    discovery: Discovery = Discovery()

    @property
    def unusable(self) -> Problem | None:
        """The first problem that leaves nothing to check, if there is one."""
        return next((p for p in self.problems if p.fatal), None)

    @property
    def pins(self) -> frozenset[Pin]:
        """Every (name, version) that any of its locks holds."""
        return frozenset(pin for lock in self.locks.values() for pin in lock.pins)

    @property
    def python_files(self) -> tuple[str, ...]:
        """Repository-relative paths of its Python files, sorted."""
        return tuple(sorted(e.path for e in self.files if e.is_python))

    @property
    def other_programs(self) -> tuple[str, ...]:
        """Repository-relative paths of what else of it can be started or loaded, sorted."""
        return tuple(sorted(e.path for e in self.files if e.is_other_program))

    def relative(self, path: str) -> str:
        """`path` (repository-relative, inside the skill) as seen from the skill's folder."""
        return path if self.id == "." else path.removeprefix(f"{self.id}/")
