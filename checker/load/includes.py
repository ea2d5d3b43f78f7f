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


def _candidates(files: Iterable[Entry]) -> Iterator[tuple[str, bool]]:
    for entry in files:
        if not entry.path.endswith(_SUFFIXES) and not entry.path.lower().endswith(_SUFFIXES):
            continue
        if entry.kind not in (FileKind.FILE, FileKind.EXECUTABLE):
            continue  # what a link leads to is in the read-set already
        if posixpath.basename(entry.path).lower() == "pyproject.toml":
            yield entry.path, True
        elif is_requirements_file(entry.path):
            yield entry.path, False


def _may_include(tree: Tree, path: str, *, is_project: bool) -> bool:
    try:
        data = tree.read(path, TEXT_LIMIT)
    except InputError:
        return False
    return b".." in data if is_project else _OPTION.search(data) is not None
