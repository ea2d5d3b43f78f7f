"""What discovery has gathered so far in one skill, and the only way it reads a file."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from dataclasses import dataclass, field

from packaging.utils import NormalizedName

from checker.errors import InputError
from checker.escape import shortened, visible
from checker.load.discover.requirement import NotARequirement, classified
from checker.model.base import Location
from checker.model.discovery import Declaration, Discovery, Form, Import, Source, Ungoverned
from checker.model.entries import Entries
from checker.model.plan import SkillFolder
from checker.model.skill import FileKind, Problem
from checker.tools import Tree

#: Bytes of one text file. Larger ones are said, not read.
TEXT_LIMIT = 4_000_000
#: Findings of one kind in one skill; that there are more is said in one sentence, and never clean.
_MOST = 5_000
_HOPS = 8
_CONTENT = (FileKind.FILE, FileKind.EXECUTABLE)


@dataclass
class Collected:
    """The results of one skill while they grow. Every method either keeps something or says why not."""

    tree: Tree
    folder: SkillFolder
    declarations: dict[Declaration, None] = field(default_factory=dict)
    imports: list[Import] = field(default_factory=list)
    not_governed: dict[Ungoverned, None] = field(default_factory=dict)
    not_understood: dict[tuple[str, int | None, str], Problem] = field(default_factory=dict)
    outside: set[str] = field(default_factory=set)
    requirement_files: set[tuple[str, Form]] = field(default_factory=set)

    def declare(
        self,
        raw: str,
        form: Form,
        at: Location,
        *,
        in_prose: bool = False,
        group: str = "",
        tool: bool = False,
        source: Source | None = None,
        name: NormalizedName | None = None,
    ) -> bool:
        """Keep one declared thing, or note why it is none (then False). A `source` overrules the text."""
        context = {"form": form, "location": at, "in_prose": in_prose, "group": group, "tool": tool}
        try:
            parts = classified(raw, source, name)
        except NotARequirement as error:
            self.misunderstood(str(error), at)
            return False
        if len(self.declarations) < _MOST:
            self.declarations.setdefault(Declaration.model_validate({**context, **parts}))
        return True

    def ungoverned(self, manager: str, what: str, at: Location, *, in_prose: bool = False) -> None:
        """Keep one install of another ecosystem."""
        if len(self.not_governed) < _MOST:
            what = shortened(visible(what), 120)
            self.not_governed.setdefault(
                Ungoverned(manager=shortened(visible(manager), 40), what=what, location=at, in_prose=in_prose)
            )

    def misunderstood(self, message: str, at: Location, *, unexamined: bool = False) -> None:
        """Note what could not be told, once for each place; `unexamined`: nobody looked at what is there."""
        if len(self.not_understood) < _MOST or unexamined:
            problem = Problem(message=message, location=at, unexamined=unexamined)
            self.not_understood.setdefault((at.file, at.line, message), problem)

    def text(self, path: str, limit: int = TEXT_LIMIT) -> str | None:
        """A file as text with plain line feeds and no BOM; None where it cannot be had, and is unexamined."""
        data = self.content(path, limit, unexamined=True)
        if data is None:
            return None
        try:
            encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            self.misunderstood("not text in UTF-8: read with the bad bytes left out", at_line(path, line))
            text = data.decode("utf-8", "ignore")
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def content(self, path: str, limit: int = TEXT_LIMIT, *, unexamined: bool = False) -> bytes | None:
        """The bytes of a file, through symlinks that stay in the tree; None (and a note) otherwise."""
        try:
            real = self._real(path)
            data = self.tree.read(real, limit)
        except InputError as error:
            self.misunderstood(error.message, Location(file=path, line=error.line), unexamined=unexamined)
            return None
        self.outside.update(each for each in (path, real) if not self.inside(each))
        return data

    def leads_to_folder(self, path: str) -> bool:
        """Whether the symlink at `path` leads to a folder; one outside of the skill is noted."""
        try:
            real = self._real(path)
        except InputError:
            return False  # said when it is read
        entries = Entries.of(self.tree.entries())
        if real in entries or not entries.below(real):
            return False
        if not self.inside(real):
            self.misunderstood(
                "a symlink to a folder outside of the skill: not looked into", at_line(path, None)
            )
        return True

    def exists(self, path: str) -> bool:
        """Whether `path` (repository-relative) names an entry of the tree."""
        return path in self.tree.entries()

    def inside(self, path: str) -> bool:
        """Whether `path` lies in the skill's folder."""
        return self.folder.id == "." or path.startswith(f"{self.folder.id}/")

    def _real(self, path: str) -> str:
        entries, seen = self.tree.entries(), path
        for _ in range(_HOPS):
            entry = entries.get(seen)
            if entry is None or entry.kind is not FileKind.SYMLINK:
                return seen
            joined = joined_inside(posixpath.dirname(seen), self.tree.link_target(seen))
            if joined is None:
                raise InputError("a symlink that leaves the repository: not followed", path)
            seen = joined
        raise InputError(f"more than {_HOPS} symlinks in a row: not followed", path)

    def result(self, imports: Iterable[Import]) -> Discovery:
        """Everything, frozen, in the order of file and line."""
        full = (
            ("declarations", self.declarations),
            ("installs", self.not_governed),
            ("things that cannot be told", self.not_understood),
        )
        for name, kept in full:
            if len(kept) >= _MOST:
                whole = Location(file=self.folder.skill_md)
                self.misunderstood(
                    f"more than {_MOST} {name}: the rest is not listed", whole, unexamined=True
                )
        return Discovery(
            declarations=tuple(sorted(self.declarations, key=lambda d: _place(d.location))),
            imports=tuple(sorted(imports, key=lambda i: (*_place(i.location), i.module))),
            not_governed=tuple(sorted(self.not_governed, key=lambda u: _place(u.location))),
            not_understood=tuple(sorted(self.not_understood.values(), key=lambda p: _place(p.location))),
            outside=tuple(sorted(self.outside)),
        )


def at_line(path: str, line: int | None) -> Location:
    """Short for a Location: it is written on every page of this package."""
    return Location(file=path, line=line)


def joined_inside(folder: str, target: str) -> str | None:
    """`target` as seen from `folder`, normalised; None where that is outside of the repository."""
    if target.startswith(("/", "~")) or "\\" in target or ":" in target.split("/", 1)[0]:
        return None
    joined = posixpath.normpath(posixpath.join(folder, target))
    return None if joined == ".." or joined.startswith("../") else joined


def _place(location: Location) -> tuple[str, int]:
    return location.file, location.line or 0
