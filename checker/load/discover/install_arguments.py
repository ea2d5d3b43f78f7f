"""The arguments of one install command, gathered: names, files, indexes, editables."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from checker.escape import shortened, visible
from checker.load.discover import prose
from checker.load.discover.collected import Collected, joined_inside
from checker.load.discover.commands import HOLE
from checker.load.discover.options import Arguments
from checker.load.discover.requirements_txt import read_requirements
from checker.model.base import Location
from checker.model.discovery import Form, Source

#: `$SCRIPT_DIR/` and `$(dirname "$0")/` before a file name nearly always mean the script's own folder.
_HERE = re.compile(rf"^(?:\$\{{?\w+\}}?|\$\([^)]*\)|\$?{HOLE})/")


@dataclass(frozen=True)
class Install:
    """Where an install command stands: what it installs is kept with that place."""

    found: Collected
    at: Location
    form: Form
    in_prose: bool

    def gather(self, arguments: Arguments, *, tool: bool = False) -> None:
        """Keep everything that `arguments` ask for; `tool` = in an environment of its own."""
        withs = [part.strip() for _, value in arguments.extra for part in _listed(value)]
        for name in (*arguments.names, *withs):
            self._name(name, tool=tool)
        for values, source in (
            (arguments.editables, Source.EDITABLE),
            (arguments.indexes, Source.INDEX),
            (arguments.source_builds, Source.SOURCE_BUILD),
        ):
            for value in values:
                self.declare(value, source=source, tool=tool)
        for target in arguments.files:
            self._file(target, Form.REQUIREMENTS)
        for target in arguments.constraints:
            self._file(target, Form.CONSTRAINTS)

    def _name(self, name: str, *, tool: bool) -> None:
        if not (self.in_prose and prose.is_placeholder(name)):
            self.declare(name, tool=tool)

    def declare(self, raw: str, *, source: Source | None = None, tool: bool = False) -> None:
        """Keep one name or source, unless the reader is to fill it in."""
        if raw and not (self.in_prose and source is not None and prose.is_placeholder(raw)):
            self.found.declare(raw, self.form, self.at, in_prose=self.in_prose, tool=tool, source=source)

    def _file(self, target: str, form: Form) -> None:
        """`-r file`: nobody says from which folder, so the likely ones are tried."""
        if "://" in target:
            self.declare(target, source=Source.URL)
        elif path := next(filter(self.found.exists, self._places(target)), None):
            read_requirements(self.found, path, form)
        elif "$" in target:
            self.declare(target, source=Source.EXPANSION)
        elif target and not (self.in_prose and prose.is_placeholder(target)):
            shown = shortened(visible(target), 120)
            self.found.misunderstood(f"installs from `{shown}`, which the repository does not have", self.at)

    def _places(self, target: str) -> Iterator[str]:
        """From the skill's folder and from the line's own; in prose also by the file's name alone."""
        names = [_HERE.sub("", target), posixpath.basename(target)][: 2 if self.in_prose else 1]
        for name in names:
            for folder in (self.found.folder.id, posixpath.dirname(self.at.file)):
                if path := joined_inside(folder, name):
                    yield path

    def ungoverned(self, manager: str, name: str) -> None:
        """Keep one install of another manager."""
        if not (self.in_prose and prose.is_placeholder(name)):
            self.found.ungoverned(manager, name, self.at, in_prose=self.in_prose)


def _listed(value: str) -> list[str]:
    """`--with a,b` names two; a comma inside of a specifier or of extras does not part."""
    return re.split(r",(?=\s*[A-Za-z])(?![^[]*\])", value)
