"""The files of one skill, by name, read through symbolic links that stay in the repository."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from checker.errors import InputError
from checker.model.plan import SkillFolder
from checker.rules.links import Links
from checker.tools import Tree


class Content(NamedTuple):
    """Bytes, and the path they really stand at."""

    data: bytes
    file: str


class SkillFiles:
    """The files of one skill's own folder, read through links that stay in the repository."""

    def __init__(self, tree: Tree, folder: SkillFolder) -> None:
        """Nothing is read before it is asked for."""
        self._tree, self._id = tree, folder.id
        self._paths = {entry.path for entry in folder.files}
        self._links = Links(tree)

    def path(self, name: str) -> str | None:
        """Path of the skill's own file `name`, if it has one."""
        path = name if self._id == "." else f"{self._id}/{name}"
        return path if path in self._paths else None

    def similar(self, name: str) -> Iterator[str]:
        """Files right in the skill's folder whose names differ from `name` in letter case or `.yml` only."""
        for path in sorted(self._paths):
            folder, found = posixpath.split(path)
            if (folder or ".") == self._id and found != name and _alike(found) == _alike(name):
                yield path

    def beside(self, pattern: re.Pattern[str]) -> Iterator[str]:
        """Files of the skill, in any of its folders, whose whole name fits `pattern`."""
        return (path for path in sorted(self._paths) if pattern.fullmatch(posixpath.basename(path)))

    def read(self, path: str, limit: int) -> Content:
        """Content and real place of a file. Raises InputError."""
        end = self._links.follow(path)
        if end.failure:
            raise InputError(f"the symbolic link {end.failure}", path)
        return Content(self._tree.read(end.path, limit), end.path)


def _alike(name: str) -> str:
    return name.casefold().removesuffix(".yaml").removesuffix(".yml")
