"""Which folders of a tree are skills, and which of them owns a file: told by paths, for all skills at once.

Any `SKILL.md` makes a skill, in any letter case and in hidden folders too; the innermost skill owns a file. A
submodule outside of all skills counts as one: there may be a skill in it, and what cannot be read is not
clean.
"""

from __future__ import annotations

import posixpath
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from checker.model.entries import Entries
from checker.model.skill import Entry, FileKind
from checker.rules.links import Links

_SKILL_MD = "skill.md"


class Places:
    """The skills of one tree. Nothing is made for a skill that nobody asks about."""

    def __init__(self, entries: Entries, links: Links) -> None:
        """Raises only what following the links of linked skill folders raises."""
        self._entries, self._links = entries, links
        self._symlinks = frozenset(e.path for e in entries.irregular if e.kind is FileKind.SYMLINK)
        found = _skill_files(entries)
        self._found = {f: files for f, files in found.items() if not self._is_copy(f, files)}
        self._submodules = {
            entry.path: entry
            for entry in entries.irregular
            if entry.kind is FileKind.GITLINK and not self.owner(entry.path)
        }
        self._found.update((path, [f"{path}/SKILL.md"]) for path in self._submodules)

    @cached_property
    def skills(self) -> tuple[str, ...]:
        """The folder of every skill, sorted."""
        return tuple(sorted(self._found))

    def __contains__(self, skill: object) -> bool:
        return skill in self._found

    def skill_files(self, skill: str) -> list[str]:
        """The SKILL.md of a skill, in every spelling."""
        return self._found[skill]

    def owner(self, path: str) -> str:
        """The skill that owns the file at `path`; empty where none does."""
        folder = path.rpartition("/")[0]
        if folder in self._found:  # as it is for most files
            return folder
        return next((folder for folder in above(path) if folder in self._found), "")

    def around(self, path: str) -> set[str]:
        """Every skill in whose folder `path` lies, the owner among them."""
        return {folder for folder in above(path) if folder in self._found}

    def files(self, skill: str) -> list[Entry]:
        """The entries that a skill owns, by path."""
        if skill in self._submodules:
            return [self._submodules[skill]]
        below = self._entries.below(skill)
        own = below if self._is_innermost(skill) else [path for path in below if self.owner(path) == skill]
        return [self._entries[path] for path in own]

    def _is_innermost(self, skill: str) -> bool:
        """Whether no other skill lies in this one's folder."""
        start = bisect_left(self.skills, f"{skill}/")
        return skill != "." and not any(s.startswith(f"{skill}/") for s in self.skills[start : start + 1])

    def twins(self, skill: str) -> tuple[str, ...]:
        """The other skills that only spelling tells from this one."""
        return tuple(other for other in self._alike[folded(skill)] if other != skill)

    @cached_property
    def _alike(self) -> Mapping[str, list[str]]:
        alike: defaultdict[str, list[str]] = defaultdict(list)
        for skill in self.skills:
            alike[folded(skill)].append(skill)
        return alike

    def _is_copy(self, folder: str, files: Iterable[str]) -> bool:
        """Tell whether everything in `folder` is a link into the folder that holds the real SKILL.md."""
        if not self._symlinks.issuperset(files):
            return False
        real = {self._links.follow(path) for path in files}
        homes = {posixpath.dirname(end.path) for end in real if not end.failure}
        if len(homes) != 1 or any(folded(posixpath.basename(end.path)) != _SKILL_MD for end in real):
            return False
        if any(end.path not in self._entries for end in real):
            return False  # a folder of that name is no skill, so nothing would be examined in its stead
        home = homes.pop()
        below = self._entries.below(folder)
        ends = [self._links.follow(path) for path in below if path in self._symlinks]
        inside = all(not end.failure and _is_within(end.path, home) for end in ends)
        return inside and len(ends) == len(below) and home != folder


def _skill_files(entries: Entries) -> dict[str, list[str]]:
    """Folder → its SKILL.md in every spelling."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path in entries:
        if path.endswith("/SKILL.md") or path[-3:].lower() == ".md":
            folder, _, name = path.rpartition("/")
            if name == "SKILL.md" or folded(name) == _SKILL_MD:
                found[folder.rstrip("/") or "."].append(path)
    return found


def above(path: str) -> Iterator[str]:
    """The folders that `path` lies in, the innermost first; the last one is "."."""
    while path:
        path = posixpath.dirname(path)
        if path and not path.strip("/"):  # a forged name: nothing is above it but the root
            yield path
            path = ""
        yield path or "."


def folded(name: str) -> str:
    """One form for all names that some file system takes for the same."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _is_within(path: str, folder: str) -> bool:
    return path == folder or folder in ("", ".") or path.startswith(f"{folder}/")
