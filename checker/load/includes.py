"""Files beyond a skill's folder that its requirements files and `pyproject.toml` include: `-r ../common.txt`.

Every skill of a repository is asked, so a file is parsed only where a search says that it may include one.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress

from checker.errors import InputError, Unanswered
from checker.load.discover.collected import TEXT_LIMIT, Collected
from checker.load.discover.pyproject import read_pyproject
from checker.load.discover.requirements_txt import is_requirements_file, read_requirements
from checker.model.plan import SkillFolder
from checker.model.skill import Entry, FileKind
from checker.tools import Tree

_OPTION = re.compile(rb"^[ \t]*(-r|-c|--requirement|--constraint)", re.MULTILINE)
_SUFFIXES = (".txt", ".toml")


def includes(tree: Tree, folder: SkillFolder) -> tuple[str, ...]:
    """Paths outside of the skill that are read for it, or would be if they were there. Never raises."""
    candidates = tuple(_candidates(folder.files))
    if not candidates:
        return ()
    found = Collected(tree, folder)
    for path, is_project in candidates:
        with suppress(Unanswered):  # said when the skill is loaded
            if _may_include(tree, path, is_project=is_project):
                (read_pyproject if is_project else read_requirements)(found, path)
    return tuple(sorted(found.outside))


def can_include(path: str) -> bool:
    """Tell by its path whether a file may include others."""
    if not path.endswith(_SUFFIXES) and not path.lower().endswith(_SUFFIXES):
        return False
    return _is_project(path) or is_requirements_file(path)


def _candidates(files: Iterable[Entry]) -> Iterator[tuple[str, bool]]:
    for entry in files:  # what a link leads to is in the read-set already
        if can_include(entry.path) and entry.kind in (FileKind.FILE, FileKind.EXECUTABLE):
            yield entry.path, _is_project(entry.path)


def _is_project(path: str) -> bool:
    return posixpath.basename(path).lower() == "pyproject.toml"


def _may_include(tree: Tree, path: str, *, is_project: bool) -> bool:
    try:
        data = tree.read(path, TEXT_LIMIT)
    except InputError:
        return False
    return b".." in data if is_project else _OPTION.search(data) is not None
