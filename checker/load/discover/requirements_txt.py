"""Requirements files as pip reads them, but only inside of the repository.

`packaging` reads each requirement; the grammar around it (continued lines, comments, options) is small and
ours. The known parsers for whole files open the files they refer to by themselves, wherever those are:
`-r ../../../etc/passwd` in a pull request must not be read.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterator

from checker.escape import shortened, visible
from checker.load.discover.collected import Collected, at_line, joined_inside
from checker.load.discover.options import sorted_out
from checker.model.base import Location
from checker.model.discovery import Form, Source

_COMMENT = re.compile(r"(^|\s)#.*$")
#: Options of one requirement (`--hash=…`) stand after it.
_TRAILING_OPTIONS = re.compile(r"\s(?=--?[A-Za-z])")
_REMOTE = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_KNOWN_FLAGS = frozenset({"--no-index", "--pre", "--prefer-binary", "--require-hashes"})
_MOST_FILES = 100


def is_requirements_file(path: str) -> bool:
    """`requirements*.txt`, `*-requirements.txt` and `requirements/*.txt`, in any letter case."""
    folder, name = posixpath.split(path.lower())
    if not name.endswith(".txt"):
        return False
    stem = name.removesuffix(".txt")
    named = stem.startswith("requirements") or stem.endswith(
        ("-requirements", "_requirements", ".requirements")
    )
    return named or posixpath.basename(folder) == "requirements"


def read_requirements(
    found: Collected, path: str, form: Form = Form.REQUIREMENTS, group: str = "", chain: tuple[str, ...] = ()
) -> None:
    """Gather every line of the file at `path`, and of the files it refers to. `chain` leads here."""
    if (path, form) in found.requirement_files:
        return
    if len(found.requirement_files) >= _MOST_FILES:
        words = f"more than {_MOST_FILES} requirements files: not read"
        found.misunderstood(words, at_line(path, None), unexamined=True)
        return
    found.requirement_files.add((path, form))
    text = found.text(path)
    for number, line in logical_lines(text or ""):
        _Line(found, at_line(path, number), form, group, (*chain, path)).read(line)


def refer(
    found: Collected, target: str, at: Location, form: Form, group: str = "", chain: tuple[str, ...] = ()
) -> None:
    """Follow `-r target` or `-c target`, written at `at`, if it leads to a file of the repository."""
    shown = shortened(visible(target), 120)
    if _REMOTE.match(target) or "$" in target:
        source = Source.EXPANSION if "$" in target else Source.URL
        found.declare(target, form, at, group=group, source=source)
        return
    path = joined_inside(posixpath.dirname(at.file), target)
    if path is None:
        found.misunderstood(f"refers to `{shown}`, which is outside of the repository: not read", at)
    elif path in chain:
        found.misunderstood(f"refers to `{shown}`, which refers back to this file", at)
    elif not found.exists(path):
        if not found.inside(path) and path != found.folder.id:
            found.outside.add(path)
        found.misunderstood(f"refers to `{shown}`, which does not exist", at)
    else:
        read_requirements(found, path, form, group, chain)


def logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines with continuations joined and comments removed, each with the number of its first line."""
    begun, parts = 0, list[str]()
    for number, line in enumerate(text.split("\n"), 1):
        begun = begun if parts else number
        is_comment = line.lstrip().startswith("#")
        if line.endswith("\\") and not is_comment:
            parts.append(line[:-1])
            continue
        joined = "".join(parts) if is_comment and parts else "".join((*parts, line))
        parts = []
        if stripped := _COMMENT.sub("", joined).strip():
            yield begun, stripped
    if rest := _COMMENT.sub("", "".join(parts)).strip():
        yield begun, rest


class _Line:
    """One logical line in its context."""

    def __init__(
        self, found: Collected, at: Location, form: Form, group: str, chain: tuple[str, ...]
    ) -> None:
        self._found, self._at, self._form, self._group, self._chain = found, at, form, group, chain

    def read(self, line: str) -> None:
        if line.startswith("-"):
            self._options(line)
            return
        requirement, *options = _TRAILING_OPTIONS.split(line, maxsplit=1)
        self._declare(requirement)
        if any("--no-binary" in option for option in options):
            self._declare(line, Source.SOURCE_BUILD)

    def _options(self, line: str) -> None:
        try:
            arguments = sorted_out(shlex.split(line))
        except ValueError:
            self._found.misunderstood(
                f"an option line with an open quote: `{shortened(visible(line), 120)}`", self._at
            )
            return
        for target in arguments.files:
            refer(self._found, target, self._at, self._form, self._group, self._chain)
        for target in arguments.constraints:
            refer(self._found, target, self._at, Form.CONSTRAINTS, self._group, self._chain)
        for values, source in (
            (arguments.editables, Source.EDITABLE),
            (arguments.indexes, Source.INDEX),
            (arguments.source_builds, Source.SOURCE_BUILD),
        ):
            for value in values:
                self._declare(value, source)
        for unknown in (*(f for f in arguments.flags if f not in _KNOWN_FLAGS), *arguments.names):
            self._found.misunderstood(
                f"an option line nobody knows: `{shortened(visible(unknown), 120)}`", self._at
            )

    def _declare(self, raw: str, source: Source | None = None) -> None:
        self._found.declare(raw, self._form, self._at, group=self._group, source=source)
