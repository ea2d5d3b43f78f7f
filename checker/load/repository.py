"""Which folders of a tree are skills, which files each owns, and everything that is read for it.

Any `SKILL.md` makes a skill, in any letter case and in hidden folders too; the innermost skill owns a file. A
submodule outside of all skills counts as one: there may be a skill in it, and what cannot be read is not
clean.
"""

from __future__ import annotations

import posixpath
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping

from checker.escape import shortened, visible
from checker.load.includes import includes
from checker.load.policy_files import FOLDER
from checker.load.tree_problems import ambiguous, beside, collision, of_entries, reserved
from checker.model.plan import Repository, SkillFolder
from checker.model.skill import Entry, FileKind
from checker.rules.links import ESCAPES, Links
from checker.tools import Tree

_SKILL_MD = "skill.md"


def load_repository(tree: Tree) -> Repository:
    """The skills of a revision, unparsed. Raises only what the tree itself raises."""
    links = Links(tree)
    found = _skill_files(tree, links)
    owned = _owned(tree, found)
    for entry in owned.pop("", []):
        if entry.kind is FileKind.GITLINK:
            found[entry.path] = [f"{entry.path}/SKILL.md"]
            owned[entry.path] = [entry]
    twins = _twins(found)
    folders = {
        skill: _folder(tree, links, skill, found, owned.get(skill, []), twins.get(skill, ()))
        for skill in sorted(found)
    }
    problems = (*tree.problems, *_outside(tree, links, folders))
    return Repository(revision=tree.revision, folders=folders, problems=problems)


def _skill_files(tree: Tree, links: Links) -> dict[str, list[str]]:
    """Folder → its SKILL.md in every spelling, without folders that only link into another skill."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path in tree.entries():
        if path[-3:].lower() == ".md" and _folded(posixpath.basename(path)) == _SKILL_MD:
            found[posixpath.dirname(path) or "."].append(path)
    return {folder: files for folder, files in found.items() if not _is_copy(tree, links, folder, files)}


def _is_copy(tree: Tree, links: Links, folder: str, files: Iterable[str]) -> bool:
    """Tell whether everything in `folder` is a link into the folder that holds the real SKILL.md."""
    entries = tree.entries()
    if any(entries[path].kind is not FileKind.SYMLINK for path in files):
        return False
    real = {links.follow(path) for path in files}
    homes = {posixpath.dirname(end.path) for end in real if not end.failure}
    if len(homes) != 1 or any(_folded(posixpath.basename(end.path)) != _SKILL_MD for end in real):
        return False
    if any(end.path not in entries for end in real):
        return False  # a folder of that name is no skill, so nothing would be examined in its stead
    home = homes.pop()
    ends = [links.follow(e.path) for e in links.below(folder) if e.kind is FileKind.SYMLINK]
    inside = all(not end.failure and _is_within(end.path, home) for end in ends)
    return inside and len(ends) == len(links.below(folder)) and home != folder


def _owned(tree: Tree, found: Mapping[str, object]) -> dict[str, list[Entry]]:
    """Skill → the entries it owns; those of no skill under the empty name."""
    owned: defaultdict[str, list[Entry]] = defaultdict(list)
    for path, entry in tree.entries().items():
        owned[_owner(path, found)].append(entry)
    return owned


def _owner(path: str, found: Mapping[str, object]) -> str:
    while path:
        path = posixpath.dirname(path)
        if (path or ".") in found:
            return path or "."
    return ""


def _twins(found: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """For each skill whose id only spelling tells from others': those others."""
    alike: defaultdict[str, list[str]] = defaultdict(list)
    for skill in found:
        alike[_folded(skill)].append(skill)
    groups = [sorted(group) for group in alike.values() if len(group) > 1]
    return {skill: tuple(o for o in group if o != skill) for group in groups for skill in group}


def _folder(
    tree: Tree,
    links: Links,
    skill: str,
    found: Mapping[str, list[str]],
    files: list[Entry],
    twins: tuple[str, ...],
) -> SkillFolder:
    skill_files = found[skill]
    symlinks = [entry for entry in files if entry.kind is FileKind.SYMLINK]
    problems = [beside(entry) for entry in symlinks if _leads_beside(tree, links, entry, found)]
    if len(skill_files) > 1:
        problems.append(ambiguous(skill_files))
    if _folded(skill) == FOLDER:
        problems.append(reserved(skill_files[0]))
    if twins:
        problems.append(collision(skill_files[0], twins))
    problems.extend(of_entries(tree, links, skill, files))
    folder = SkillFolder(
        id=skill,
        skill_md=skill_files[0],
        files=tuple(files),
        read_set=_read_set(tree, links, files) if symlinks else tuple(files),
        problems=tuple(problems),
    )
    return _with_includes(tree, folder)


def _with_includes(tree: Tree, folder: SkillFolder) -> SkillFolder:
    """The folder with what its requirements files include from elsewhere in its read-set."""
    included = [entry for path in includes(tree, folder) if (entry := tree.entries().get(path)) is not None]
    if not included:
        return folder
    read = {entry.path: entry for entry in (*folder.read_set, *included)}
    return folder.model_copy(update={"read_set": tuple(entry for _, entry in sorted(read.items()))})


def _leads_beside(tree: Tree, links: Links, entry: Entry, found: Mapping[str, object]) -> bool:
    """Tell whether a symlink leads to a folder with programs that no skill owns, and so nobody examines."""
    end = links.follow(entry.path)
    if end.failure or end.path in tree.entries():
        return False
    programs = (behind for behind in links.below(end.path) if behind.is_python or behind.is_other_program)
    return any(not _owner(program.path, found) for program in programs)


def _read_set(tree: Tree, links: Links, files: Iterable[Entry]) -> tuple[Entry, ...]:
    """The skill's own entries and whatever its links pass through and lead to, wherever that is."""
    entries = tree.entries()
    ends = {links.follow(entry.path) for entry in files if entry.kind is FileKind.SYMLINK}
    read = {entry.path: entry for entry in files}
    for end in ends:
        read.update((path, entries[path]) for path in end.through)
    for target in {end.path for end in ends}:
        read.update((entry.path, entry) for entry in links.at(target))
    return tuple(entry for _, entry in sorted(read.items()))


def _outside(tree: Tree, links: Links, skills: Mapping[str, object]) -> list[str]:
    """A link out of the repository where no skill is: an agent may find a skill behind it, Proctor cannot."""
    loose = (
        e.path for e in tree.entries().values() if e.kind is FileKind.SYMLINK and not _owner(e.path, skills)
    )
    return [
        f"{shortened(visible(path), 200)}: the symbolic link {ESCAPES}; what is behind it was not examined"
        for path in loose
        if links.follow(path).failure == ESCAPES
    ]


def _is_within(path: str, folder: str) -> bool:
    return path == folder or folder in ("", ".") or path.startswith(f"{folder}/")


def _folded(name: str) -> str:
    """One form for all names that some file system takes for the same."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
