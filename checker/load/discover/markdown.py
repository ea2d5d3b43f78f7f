"""Install lines in Markdown: fenced code, code spans, and lines that are nothing but a command.

A line scanner, not a Markdown parser: a full parser takes about a second for a megabyte, and public
repositories hold tens of megabytes of Markdown; which line is in which fence is all that matters here. A file
without a word that looks like an install is passed over after one search.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from checker.load.discover import prose
from checker.load.discover.collected import Collected, at_line
from checker.load.discover.frontmatter import frontmatter_lines
from checker.load.discover.install_line import read_command_line, say_overlong
from checker.load.discover.words import words

_FENCE = re.compile(r"[\s>]*(?:(?:[-*+]|\d{1,9}[.)])\s+)*(`{3,}|~{3,})\s*([^\s`{]*)([^`]*)$")
_SHELL = words(
    "bash sh shell zsh fish console terminal shell-session shellsession text txt plaintext plain cmd "
    "bat batch powershell ps ps1 pwsh"
) | {""}
_PYTHON = frozenset({"python", "py", "python3", "ipython", "jupyter", "pycon"})
_PROSE = frozenset({"md", "markdown", "mdx"})
_JOINED = 50


def read_markdown(found: Collected, path: str, text: str) -> None:
    """Gather the install lines of the Markdown file at `path`."""
    if prose.HINT.search(text):
        for number, command in command_lines(text):
            read_command_line(found, command, at_line(path, number), in_prose=True)
        say_overlong(found, path, text)


def command_lines(text: str) -> Iterator[tuple[int, str]]:
    """Every logical line that may be an install command, with the number of its first line."""
    lines, hinted = text.split("\n"), prose.hinted_lines(text)
    number = frontmatter_lines(lines)
    yield from _compatibility(lines[:number])
    language: str | None = None
    fence = ""
    while number < len(lines):
        line, number = lines[number], number + 1
        found = _FENCE.match(line) if "```" in line or "~~~" in line else None
        if found and language is None:
            fence, language = found[1], found[2].lower()
        elif found and found[1].startswith(fence) and not (found[2] or found[3].strip()):
            language = None
        elif language in _SHELL:
            begun, (joined, number) = number, _joined(lines, number)
            if not hinted.isdisjoint(range(begun, number + 1)):
                yield from ((begun, command) for command in _typed(joined))
        elif number in hinted:
            yield from ((number, command) for command in _running(line, language))


def _running(line: str, language: str | None) -> Iterator[str]:
    """The commands in a line outside of shell blocks."""
    if language is None or language in _PROSE:
        yield from prose.in_line(line)
    elif language in _PYTHON:
        yield from _in_python(line)


def _compatibility(lines: list[str]) -> Iterator[tuple[int, str]]:
    """The frontmatter field that says in prose what the skill needs around it."""
    for number, line in enumerate(lines, 1):
        if line.startswith("compatibility:"):
            yield from ((number, command) for command in prose.in_line(line))


def _joined(lines: list[str], number: int) -> tuple[str, int]:
    """The line before `number` with its continuations, and the number after them."""
    parts = [lines[number - 1]]
    while parts[-1].rstrip().endswith("\\") and number < len(lines) and len(parts) < _JOINED:
        if _FENCE.match(lines[number]):
            break
        parts[-1] = parts[-1].rstrip()[:-1]
        parts.append(lines[number])
        number += 1
    return " ".join(parts), number


def _typed(line: str) -> Iterator[str]:
    """A line of a shell block: typed at a prompt, or a comment that holds a command."""
    typed = prose.without_prompt(line.strip().lstrip(">").lstrip())
    if typed.startswith("#"):
        yield from prose.in_line(typed)
        return
    yield typed
    if not prose.begins(typed):  # an error message that ends in "Install it: pip install x"
        yield from prose.in_line(typed)


def _in_python(line: str) -> Iterator[str]:
    """`!pip install x`, `# pip install x`, or a shell command, in a block that says it is Python."""
    stripped = line.strip()
    if stripped.startswith(("#", "!", "%")) or prose.begins(stripped):
        yield from prose.in_line(stripped)
