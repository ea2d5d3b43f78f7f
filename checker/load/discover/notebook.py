"""Notebooks: the imports and install lines of code cells, the install lines of Markdown cells."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from checker.load.discover import prose
from checker.load.discover.collected import Collected, at_line
from checker.load.discover.install_line import read_command_line
from checker.load.discover.markdown import command_lines
from checker.load.discover.shell import logical_lines

_LIMIT = 20_000_000
_MOST_MISSES = 30
_MAGIC = re.compile(r"^(\s*)(?:[!%?].*|.*\?\s*$)", re.MULTILINE)
_SHELL_CELL = re.compile(r"%%(?:bash|sh|script\s+(?:bash|sh)|!)\b")
_PYTHON_CELL = re.compile(r"%%(?:time|timeit|capture|prun|python3?)\b")


@dataclass(frozen=True)
class Code:
    """Python of one cell: `lines[i]` is the line of the notebook file that holds line `i + 1` of `text`."""

    text: str
    lines: tuple[int, ...]

    def line(self, number: int) -> int:
        """The line of the file for line `number` of the cell."""
        return self.lines[min(max(number, 1), len(self.lines)) - 1]


def read_notebook(found: Collected, path: str) -> Iterator[Code]:
    """Gather the install lines of the notebook at `path`, and yield its Python, cell by cell."""
    text = found.text(path, _LIMIT)
    if text is None:
        return
    cells = _cells(found, path, text)
    for kind, source, lines in _placed(cells, text):
        if kind == "markdown":
            for number, command in command_lines(source):
                read_command_line(found, command, at_line(path, lines[number - 1]), in_prose=True)
        elif kind == "code":
            yield from _code(found, path, source, lines)


def _cells(found: Collected, path: str, text: str) -> list[Any]:
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError):
        found.misunderstood("not a notebook: its JSON cannot be read", at_line(path, None))
        return []
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        found.misunderstood("a notebook without `cells` (format 3 or older?): not read", at_line(path, None))
        return []
    metadata = notebook.get("metadata")
    kernel = metadata.get("kernelspec") if isinstance(metadata, dict) else None
    language = kernel.get("language", "python") if isinstance(kernel, dict) else "python"
    if str(language).lower() not in ("python", "python3", "ipython"):
        return []
    return [cell for cell in notebook["cells"] if isinstance(cell, dict)]


def _placed(cells: list[Any], text: str) -> Iterator[tuple[str, str, tuple[int, ...]]]:
    """Each cell with the line of the file on which each of its lines stands."""
    rows = _Rows(text)
    for cell in cells:
        source = cell.get("source")
        parts = source if isinstance(source, list) else [source]
        content = "".join(part for part in parts if isinstance(part, str))
        yield str(cell.get("cell_type")), content, tuple(rows.line(row) for row in content.split("\n"))


@dataclass
class _Rows:
    """Finds the rows of all cells in the file, in order; one that cannot be found has the last line."""

    text: str
    cursor: int = 0
    current: int = 1
    misses: int = 0

    def line(self, row: str) -> int:
        """The line of the file that holds `row`."""
        place = self._place(row)
        if place is not None:
            self.current += self.text.count("\n", self.cursor, place)
            self.cursor = place
        return self.current

    def _place(self, row: str) -> int | None:
        """Blank rows stand everywhere and are not looked for; nor is any more after many misses."""
        if not row.strip() or self.misses > _MOST_MISSES:
            return None
        for written in dict.fromkeys(
            json.dumps(row, ensure_ascii=ascii_only)[1:-1] for ascii_only in (False, True)
        ):
            for before in ('"', "\\n"):
                if (place := self.text.find(before + written, self.cursor)) >= 0:
                    return place
        self.misses += 1
        return None


def _code(found: Collected, path: str, source: str, lines: tuple[int, ...]) -> Iterator[Code]:
    if source.startswith("%%") and not _PYTHON_CELL.match(source):
        if _SHELL_CELL.match(source):
            for number, line, _ in logical_lines(source):
                read_command_line(found, line, at_line(path, lines[number - 1]), in_prose=False)
        return
    for number, line in enumerate(source.split("\n")):
        stripped = line.strip()
        if stripped.startswith(("!", "%")) and prose.begins(typed := stripped.lstrip("!% ")):
            read_command_line(found, typed, at_line(path, lines[number]), in_prose=False)
    yield Code(_MAGIC.sub(r"\1pass", source), lines)
