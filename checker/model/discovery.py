"""What a skill's files say about packages: what they declare and what their code imports."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from packaging.requirements import Requirement
from packaging.utils import NormalizedName
from pydantic import ConfigDict

from checker.model.base import Frozen, Location
from checker.model.problem import Problem


class Form(StrEnum):
    """The form a declaration is written in. `constraints` limit a version without asking for the package."""

    FRONTMATTER = "frontmatter"
    INSTALL_METADATA = "install-metadata"
    REQUIREMENTS = "requirements"
    CONSTRAINTS = "constraints"
    PYPROJECT = "pyproject"
    PEP723 = "pep723"
    INSTALL_LINE = "install-line"


class Source(StrEnum):
    """Why a declaration is more than a name and versions from the policy's index."""

    URL = "url"
    VCS = "vcs"
    PATH = "path"
    EDITABLE = "editable"
    INDEX = "index"
    SOURCE_BUILD = "source-build"
    EXPANSION = "expansion"


class Declaration(Frozen):
    """One thing a skill asks for.

    Either `requirement` is set (a name, extras, versions and a marker, as `packaging` reads them) or `source`
    says why it is none; `name` is the distribution it names, also for a source that tells. `text` is what was
    written, safe to print. `in_prose` tells a line a person reads (Markdown, a comment) from one a machine
    runs. `group` is the extra or dependency group it belongs to. `tool` marks a command with an environment
    of its own (`uvx`, `pipx`): the skill cannot import its modules.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    form: Form
    location: Location
    text: str
    requirement: Requirement | None = None
    source: Source | None = None
    name: NormalizedName | None = None
    in_prose: bool = False
    group: str = ""
    tool: bool = False


class Import(Frozen):
    """One import of a module that is neither the skill's own nor in the standard library.

    `module` is the dotted name in the statement, `members` what a `from` import takes out of it (which may be
    submodules). `need`: `required`; `optional` (the skill goes on without it, or needs it only on some
    platform or Python); `typing` (never at run time). `guarded` = inside a `try` that catches ImportError;
    such an import is still `required` when the handler ends the program. `lazy` = inside a function.
    """

    module: str
    location: Location
    members: tuple[str, ...] = ()
    need: Literal["required", "optional", "typing"] = "required"
    guarded: bool = False
    lazy: bool = False

    @property
    def top(self) -> str:
        """The top-level module."""
        return self.module.partition(".")[0]

    @property
    def paths(self) -> tuple[str, ...]:
        """Every dotted path the statement may load, longest form: what to ask `import_names` about."""
        return tuple(f"{self.module}.{member}" for member in self.members) or (self.module,)


class Ungoverned(Frozen):
    """An install that Proctor does not judge: `manager` is the program (`brew`), `what` it installs."""

    manager: str
    what: str
    location: Location
    in_prose: bool = False


class Discovery(Frozen):
    """Everything discovered in one skill, each list by file and line.

    `not_understood` is what could not be read or told: nothing there counts as clean. `outside` are the files
    beyond the skill's folder that were read for it, or would have been were they there (`-r ../common.txt`):
    they belong to its read-set.
    """

    declarations: tuple[Declaration, ...] = ()
    imports: tuple[Import, ...] = ()
    not_governed: tuple[Ungoverned, ...] = ()
    not_understood: tuple[Problem, ...] = ()
    outside: tuple[str, ...] = ()
