"""Inline script metadata (PEP 723): a `# /// script` block of TOML in the comments of a Python file."""

from __future__ import annotations

from collections.abc import Iterator

from checker.escape import visible
from checker.load.discover.collected import Collected, at_line
from checker.load.discover.toml_text import Toml, TomlProblem
from checker.load.discover.uv_table import read_uv_table
from checker.model.discovery import Form

_OPEN = "# /// script"
_CLOSE = "# ///"


def read_inline_metadata(found: Collected, path: str, text: str) -> None:
    """Gather the dependencies that the script at `path` declares for itself."""
    if _OPEN not in text:
        return
    blocks = list(_blocks(text))
    for line, _ in blocks[1:]:
        found.misunderstood("a second `# /// script` block: PEP 723 allows one", at_line(path, line))
    for line, content in blocks:
        if content is None:
            found.misunderstood("a `# /// script` block without its end", at_line(path, line - 1))
            continue
        try:
            _read(found, Toml.parse(content, path, line))
        except TomlProblem as problem:
            found.misunderstood(
                f"inline script metadata: {visible(str(problem))}", at_line(path, problem.line)
            )


def _read(found: Collected, toml: Toml) -> None:
    sources = read_uv_table(found, toml, Form.PEP723)
    for raw in toml.texts(("dependencies",)):
        sources.declare(raw, toml.at(raw))


def _blocks(text: str) -> Iterator[tuple[int, str | None]]:
    """Every `script` block: the line after its opening, and its content without the comment signs.

    The content is None where the block has no end.
    """
    lines = text.split("\n")
    begun: int | None = None
    last_close = 0
    for number, line in enumerate((*lines, ""), 1):
        if begun is None:
            begun = number if line.rstrip() == _OPEN else None
        elif line.rstrip() == _CLOSE:
            last_close = number
        elif not (line == "#" or line.startswith("# ")):
            closed = last_close > begun
            yield begun + 1, "\n".join(row[2:] for row in lines[begun : last_close - 1]) if closed else None
            begun = None
