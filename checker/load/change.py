"""Two revisions, and the skills that may have been read from something that differs between them.

What differs is told by the listings of both. A skill is concerned where its folder holds such a path, or
where such a path was asked for outside of it: what its links lead to, what its requirements files include.
Every other skill is read from the same entries in both, so neither of its two folders has to be made.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from checker.load.includes import can_include
from checker.load.places import above
from checker.load.recall import NOTHING, Notes, Recall
from checker.load.repository import Folders, repository, with_read_set
from checker.load.watched import Asked
from checker.model.entries import Entries
from checker.model.plan import Repository, SkillFolder
from checker.model.skill import FileKind
from checker.rules.links import Links
from checker.tools import Tree


class Change(NamedTuple):
    """The revisions (`base` None: there is none). Only skills `among` these can have changed (None: all)."""

    head: Repository
    base: Repository | None = None
    among: frozenset[str] | None = None


def load_change(base: Tree | None, head: Tree, recall: Recall = NOTHING) -> Change:
    """Both revisions, unparsed. Raises only what the trees raise."""
    after = Folders(head)
    if base is None:
        return Change(repository(after))
    before, notes = Folders(base), recall.notes("reach", _nothing, _nothing)
    among = frozenset(_concerned(before, after, notes))
    notes.keep()
    return Change(repository(after), repository(before), among)


def _concerned(before: Folders, after: Folders, notes: Notes[None]) -> Iterator[str]:
    """The skills of `after` that may have been read from something that differs."""
    changed = set(Entries.of(after.tree.entries()).differing(Entries.of(before.tree.entries())))
    # A folder can become a skill by what its links lead to: then the skills around it own less, or more.
    changed.update(f"{skill}/SKILL.md" for skill in set(before) ^ set(after))
    if not changed:
        return
    inside = {skill for path in changed for skill in (path, *after.places.around(path)) if skill in after}
    yield from inside
    folders = {folder for path in changed for folder in above(path)}
    for skill in sorted(_reaching(before) - inside):  # in the order of paths: files are read ahead
        if skill in after and _asked(before, skill, notes).meets(changed, folders):
            yield skill


def _reaching(folders: Folders) -> set[str]:
    """The skills that own a link, or a file that may include others."""
    entries = Entries.of(folders.tree.entries())
    links = [entry.path for entry in entries.irregular if entry.kind is FileKind.SYMLINK]
    paths = (*links, *(path for path in entries if can_include(path)))
    return {folders.places.owner(path) for path in paths} - {""}


def _nothing(_: object) -> None:
    """The notes are about what is asked for; what comes of it is not kept."""


def _asked(folders: Folders, skill: str, notes: Notes[None]) -> Asked:
    """What is asked for outside of a skill's folder to tell what is read for it."""
    files = tuple(folders.places.files(skill))
    bare = SkillFolder(id=skill, skill_md=folders.places.skill_files(skill)[0], files=files, read_set=files)

    def work(tree: Tree) -> None:
        with_read_set(tree, Links(tree), bare)

    return notes.take(folders.tree, files, skill, work).asked
