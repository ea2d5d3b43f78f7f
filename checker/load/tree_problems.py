"""What may be wrong with a skill's place in the tree, as Problems."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from checker.errors import InputError, Unanswered
from checker.escape import shortened, visible
from checker.model.base import Location
from checker.model.skill import Entry, FileKind, Problem
from checker.rules.lfs import MAX_POINTER, is_pointer
from checker.rules.links import SUBMODULE, Links
from checker.tools import Tree

#: Problems of one kind that are listed one by one for a skill.
_LISTED = 20
_REGULAR = (FileKind.FILE, FileKind.EXECUTABLE)


def ambiguous(skill_files: Sequence[str]) -> Problem:
    """Two spellings of SKILL.md in one folder: which one is read depends on the machine."""
    names = ", ".join(_shown(path.rpartition("/")[2]) for path in skill_files)
    return Problem(
        message=f"this folder has {len(skill_files)} skill files that differ only in spelling: {names}",
        location=Location(file=skill_files[0]),
        remedy="keep one, named SKILL.md",
        fatal=True,
    )


def collision(skill_file: str, others: Iterable[str]) -> Problem:
    """Two skills whose folders are the same folder on file systems that do not tell letter case apart."""
    return Problem(
        message=f"the skill's path differs only in spelling from {', '.join(map(_shown, others))}",
        location=Location(file=skill_file),
        remedy="rename one of the folders",
        fatal=True,
    )


def reserved(skill_file: str) -> Problem:
    """A skill in the policy's own folder: its files would be policy files, and its name is the policy's."""
    return Problem(
        message="the folder of the policy cannot be a skill: a verdict would have one name for both",
        location=Location(file=skill_file),
        remedy="move the skill to a folder of its own",
        fatal=True,
    )


def beside(entry: Entry) -> Problem:
    """A link to a folder of programs outside of every skill: they are this skill's, and none of its files."""
    return Problem(
        message=f"the symbolic link {_shown(entry.path)} leads to a folder that no skill owns: "
        "the programs in it cannot be examined",
        location=Location(file=entry.path),
        remedy="commit the files themselves, or link to each file instead of the folder",
        unexamined=True,
    )


def of_entries(tree: Tree, links: Links, skill: str, files: Iterable[Entry]) -> list[Problem]:
    """One problem for each entry of a skill that is not a readable file or a link to one."""
    return _capped([p for e in files if (p := _of_entry(tree, links, skill, e)) is not None])


def absent_content(tree: Tree, entries: Iterable[Entry]) -> list[Problem]:
    """One problem for each file whose content is elsewhere: in Git LFS, or not fetched by a partial clone."""
    regular = (entry for entry in entries if entry.kind in _REGULAR)
    return _capped([problem for entry in regular if (problem := _absent(tree, entry.path)) is not None])


def absent(path: str, error: Unanswered) -> Problem:
    """The problem of a file that git lists and cannot give."""
    return Problem(
        message=f"{_shown(path)} cannot be examined: {visible(str(error))}",
        location=Location(file=path),
        remedy="fetch the whole repository",
        unexamined=True,
    )


def _absent(tree: Tree, path: str) -> Problem | None:
    try:
        if not is_pointer(tree.read(path, MAX_POINTER)):
            return None
    except InputError:
        return None  # larger than any pointer; what is unreadable is said where it is needed
    except Unanswered as error:
        return absent(path, error)
    return Problem(
        message=f"{_shown(path)} is kept in Git LFS: its content cannot be examined",
        location=Location(file=path),
        remedy="commit the file itself (`git lfs migrate export --include=…`)",
        unexamined=True,
    )


def _of_entry(tree: Tree, links: Links, skill: str, entry: Entry) -> Problem | None:
    if entry.kind in _REGULAR:  # nearly all of them, in every skill of the repository
        return None
    location = Location(file=entry.path)
    if entry.kind is FileKind.GITLINK:
        return Problem(
            message=f"{_shown(entry.path)} is a submodule: what is in it cannot be examined",
            location=location,
            remedy="commit the files themselves instead of the submodule",
            fatal=entry.path == skill,
            unexamined=True,
        )
    if entry.kind is FileKind.SPECIAL:
        reason = _reason(tree, entry.path)
        remedy = "remove or rename it"
        return Problem(message=f"{_shown(entry.path)}: {reason}", location=location, remedy=remedy)
    if entry.kind is FileKind.SYMLINK and (failure := links.follow(entry.path).failure):
        return Problem(
            message=f"the symbolic link {_shown(entry.path)} {failure}",
            location=location,
            remedy="replace it by the file itself, or let it point to a file of this repository",
            unexamined=failure == SUBMODULE,
        )
    return None


def _reason(tree: Tree, path: str) -> str:
    """Why the tree cannot use an entry, in the tree's own words where it has some."""
    prefix = f"{shortened(visible(path), 200)}: "
    words = (text.removeprefix(prefix) for text in tree.problems if text.startswith(prefix))
    return next(words, "neither a file nor a symbolic link")


def _capped(problems: list[Problem]) -> list[Problem]:
    """At most `_LISTED` problems and one for the rest, which must not say less than they do."""
    rest = problems[_LISTED:]
    if not rest:
        return problems
    summary = Problem(
        message=f"and {len(rest)} more entries that cannot be examined",
        location=rest[0].location,
        unexamined=any(problem.unexamined for problem in rest),
    )
    # A failure among the rest must not hide behind a summary that is only a gap.
    failing = next((problem for problem in rest if not problem.unexamined), None)
    return [*problems[:_LISTED], *([failing] if failing is not None and summary.unexamined else []), summary]


def _shown(path: str) -> str:
    return f"`{visible(shortened(path, 200))}`"
