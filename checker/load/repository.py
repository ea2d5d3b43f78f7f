"""The skills of a revision, unparsed: each with its files and everything else that is read for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from checker.escape import shortened, visible
from checker.load.includes import includes
from checker.load.places import Places, folded
from checker.load.policy_files import FOLDER
from checker.load.tree_problems import ambiguous, beside, collision, of_entries, reserved
from checker.model.entries import Entries
from checker.model.plan import Repository, SkillFolder
from checker.model.skill import Entry, FileKind, Problem
from checker.rules.links import ESCAPES, Links
from checker.tools import Tree

_UNSEEN = "what is behind it was not examined"


def load_repository(tree: Tree) -> Repository:
    """The skills of a revision, unparsed. Raises only what the tree itself raises."""
    return repository(Folders(tree))


def repository(folders: Folders) -> Repository:
    """These skills, and what is wrong with the tree around them."""
    tree = folders.tree
    return Repository(
        revision=tree.revision, folders=folders, problems=(*tree.problems, *folders.loose_ends())
    )


class Folders(Mapping[str, SkillFolder]):
    """Every skill of a tree by its id. Each is made when it is asked for: a change needs few of them."""

    def __init__(self, tree: Tree) -> None:
        """List the skills, and nothing of them."""
        self.tree, self._links = tree, Links(tree)
        self.places = Places(Entries.of(tree.entries()), self._links)
        self._made: dict[str, SkillFolder] = {}

    def __getitem__(self, skill: str) -> SkillFolder:
        if skill not in self._made:
            self._made[skill] = self._folder(skill)
        return self._made[skill]

    def __contains__(self, skill: object) -> bool:
        return skill in self.places

    def __iter__(self) -> Iterator[str]:
        return iter(self.places.skills)

    def __len__(self) -> int:
        return len(self.places.skills)

    def loose_ends(self) -> list[str]:
        """Links out of the repository where no skill is: an agent may find one behind it, Proctor cannot."""
        links = (e.path for e in Entries.of(self.tree.entries()).irregular if e.kind is FileKind.SYMLINK)
        return [
            f"{shortened(visible(path), 200)}: the symbolic link {ESCAPES}; {_UNSEEN}"
            for path in links
            if not self.places.owner(path) and self._links.follow(path).failure == ESCAPES
        ]

    def _folder(self, skill: str) -> SkillFolder:
        files = self.places.files(skill)
        folder = SkillFolder(
            id=skill,
            skill_md=self.places.skill_files(skill)[0],
            files=tuple(files),
            read_set=tuple(files),
            problems=tuple(self._problems(skill, files)),
        )
        return with_read_set(self.tree, self._links, folder)

    def _problems(self, skill: str, files: list[Entry]) -> Iterator[Problem]:
        skill_files = self.places.skill_files(skill)
        symlinks = (entry for entry in files if entry.kind is FileKind.SYMLINK)
        yield from (beside(entry) for entry in symlinks if self._leads_beside(entry))
        if len(skill_files) > 1:
            yield ambiguous(skill_files)
        if folded(skill) == FOLDER:
            yield reserved(skill_files[0])
        if twins := self.places.twins(skill):
            yield collision(skill_files[0], twins)
        yield from of_entries(self.tree, self._links, skill, files)

    def _leads_beside(self, entry: Entry) -> bool:
        """Tell whether a symlink leads to a folder with programs that no skill owns, so nobody examines."""
        end = self._links.follow(entry.path)
        if end.failure or end.path in self.tree.entries():
            return False
        programs = (
            behind for behind in self._links.below(end.path) if behind.is_python or behind.is_other_program
        )
        return any(not self.places.owner(program.path) for program in programs)


def with_read_set(tree: Tree, links: Links, folder: SkillFolder) -> SkillFolder:
    """The folder with all that is read for it: what links lead to, what requirements files include."""
    entries = tree.entries()
    linked = _linked(tree, links, folder.files)
    folder = folder.model_copy(update={"read_set": _merged(folder.files, linked)}) if linked else folder
    included = [entry for path in includes(tree, folder) if (entry := entries.get(path)) is not None]
    if not included:
        return folder
    return folder.model_copy(update={"read_set": _merged(folder.read_set, included)})


def _linked(tree: Tree, links: Links, files: Iterable[Entry]) -> list[Entry]:
    """Whatever the links among the files pass through and lead to, wherever that is."""
    ends = {links.follow(entry.path) for entry in files if entry.kind is FileKind.SYMLINK}
    through = [tree.entries()[path] for end in ends for path in end.through]
    return [*through, *(entry for target in {end.path for end in ends} for entry in links.at(target))]


def _merged(files: Iterable[Entry], more: Iterable[Entry]) -> tuple[Entry, ...]:
    read = {entry.path: entry for entry in (*files, *more)}
    return tuple(entry for _, entry in sorted(read.items()))
