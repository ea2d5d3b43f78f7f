"""Discovery: what a skill's files declare, and which modules its code imports.

`discover` walks the files of one skill; each declaration form is a module of this package. Nothing of the
skill is executed, nothing outside of the repository is read, and what cannot be understood is said.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from checker.errors import InputError
from checker.load.discover.collected import Collected, at_line
from checker.load.discover.frontmatter import read_frontmatter
from checker.load.discover.local_modules import LocalModules, standard_library
from checker.load.discover.markdown import read_markdown
from checker.load.discover.notebook import Code, read_notebook
from checker.load.discover.pep723 import read_inline_metadata
from checker.load.discover.pyproject import read_pyproject
from checker.load.discover.requirements_txt import is_requirements_file, read_requirements
from checker.load.discover.shell import read_shell
from checker.load.imports import PYTHON_LIMIT, Found, PythonSource, decoded_source, parse_source
from checker.model.discovery import Discovery, Import
from checker.model.plan import SkillFolder
from checker.model.skill import Entry, FileKind
from checker.tools import Tree

__all__ = ["discover"]

_MARKDOWN = (".md", ".markdown", ".mdx")
_SHELL = (".sh", ".bash", ".zsh", ".ksh")
_PYTHON = (".py", ".pyw")
#: Other ways to declare, which are seen but not read: file name → why.
_NOT_READ: Mapping[str, str] = {
    "setup.py": "is a program, and never run: declare in pyproject.toml or skill.yaml",
    "setup.cfg": "is not read for dependencies: declare in pyproject.toml or skill.yaml",
    "pipfile": "is not read: declare in pyproject.toml or skill.yaml",
    "environment.yml": "is for conda, which is not governed",
    "environment.yaml": "is for conda, which is not governed",
}


def discover(tree: Tree, folder: SkillFolder, *, python: str = "3.11") -> Discovery:
    """Everything the files of the skill in `folder` say about packages.

    `python` is the skill's version ("3.11"): its standard library and the skill's own modules are set aside.
    Never raises for what a file holds.
    """
    found = Collected(tree, folder)
    sources: list[tuple[str, PythonSource]] = []
    for entry in folder.files:
        sources.extend((entry.path, source) for source in _read(found, entry))
    hints = {hint for _, source in sources for hint in source.path_hints}
    local = LocalModules(folder.id, (entry.path for entry in folder.files), hints)
    return found.result(_foreign(sources, local, standard_library(python)))


def _foreign(
    sources: list[tuple[str, PythonSource]], local: LocalModules, standard: frozenset[str]
) -> Iterator[Import]:
    """The first of each kind in each file: a file that repeats an import says nothing new."""
    seen: set[tuple[str, Found]] = set()
    for path, source in sources:
        for item in source.imports:
            key = (path, item._replace(line=0))
            if key in seen or item.module.partition(".")[0] in standard:
                continue
            seen.add(key)
            if not local.owns(item.module, item.members, path):
                fields = item._asdict()
                yield Import(location=at_line(path, fields.pop("line")), **fields)


def _read(found: Collected, entry: Entry) -> Iterator[PythonSource]:
    """Gather what one file declares; its Python, if it holds any, is yielded."""
    path, name = entry.path, posixpath.basename(entry.path).lower()
    if entry.kind in (FileKind.GITLINK, FileKind.SPECIAL):
        return
    if entry.kind is FileKind.SYMLINK and found.leads_to_folder(path):
        return
    if name.endswith(_PYTHON):
        yield from _python(found, path)
    elif name.endswith(".ipynb"):
        for code in read_notebook(found, path):
            yield from _cell(found, path, code)
    elif name.endswith(_SHELL) or "." not in name:
        yield from _script(found, entry)
    _declarations(found, path, name)


def _declarations(found: Collected, path: str, name: str) -> None:
    """The forms that hold no Python, and those that are not read."""
    if name == "pyproject.toml":
        read_pyproject(found, path)
    elif is_requirements_file(path):
        read_requirements(found, path)
    elif name.endswith(_MARKDOWN) and (text := found.text(path)) is not None:
        if path == found.folder.skill_md:
            read_frontmatter(found, path, text)
        read_markdown(found, path, text)
    elif name in _NOT_READ and (name != "setup.py" or b"setuptools" in (found.content(path) or b"")):
        found.misunderstood(f"`{name}` {_NOT_READ[name]}", at_line(path, None))


def _script(found: Collected, entry: Entry) -> Iterator[PythonSource]:
    """A shell script, or a file without suffix whose first line names an interpreter."""
    if entry.path.lower().endswith(_SHELL):
        shebang = b"sh"
    else:
        data = found.content(entry.path) or b""
        shebang = data[:200].partition(b"\n")[0] if data.startswith(b"#!") else b""
    if b"python" in shebang or b"uv run" in shebang:
        yield from _python(found, entry.path)
    elif b"sh" in shebang and (text := found.text(entry.path)) is not None:
        read_shell(found, entry.path, text)


def _python(found: Collected, path: str) -> Iterator[PythonSource]:
    data = found.content(path, PYTHON_LIMIT)
    if data is None:
        return
    try:
        text = decoded_source(data, path)
        read_inline_metadata(found, path, text)
        yield parse_source(text, path)
    except InputError as error:
        found.misunderstood(error.message, at_line(path, error.line))


def _cell(found: Collected, path: str, code: Code) -> Iterator[PythonSource]:
    try:
        source = parse_source(code.text, path)
    except InputError as error:
        found.misunderstood(error.message, at_line(path, code.line(error.line or 1)))
        return
    placed = tuple(item._replace(line=code.line(item.line)) for item in source.imports)
    yield PythonSource(placed, source.path_hints)
