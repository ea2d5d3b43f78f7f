"""Install lines in shell scripts. Nothing is executed: loops and functions are read as if they ran once."""

from __future__ import annotations

import re
from collections.abc import Iterator

from checker.load.discover import prose
from checker.load.discover.collected import Collected, at_line
from checker.load.discover.commands import commands
from checker.load.discover.install_line import read_command_line, say_overlong

_HEREDOC = re.compile(r"<<-?\s*([\"']?)([A-Za-z_]\w*)\1")
#: Mostly colours.
_VARIABLE = re.compile(r"\$\{?\w+\}?")
_TELLS = frozenset({"echo", "printf"})
_JOINED = 100


def read_shell(found: Collected, path: str, text: str) -> None:
    """Gather the install lines of one script; comments and here-documents count as prose."""
    if not prose.HINT.search(text):
        return
    for number, line, in_prose in logical_lines(text):
        if not prose.HINT.search(line):
            continue
        at = at_line(path, number)
        texts = [line] if in_prose else _said(line)
        if not in_prose:
            read_command_line(found, line, at, in_prose=False)
        for command in (command for text in texts for command in prose.in_line(text)):
            read_command_line(found, command, at, in_prose=True)
    say_overlong(found, path, text)


def _said(line: str) -> list[str]:
    """What the line tells the person at the terminal: `echo "Install it with: pip install x"`."""
    if not any(program in line for program in _TELLS):
        return []
    return [_VARIABLE.sub(" ", " ".join(c.words)) for c in commands(line) if c.program in _TELLS]


def logical_lines(text: str) -> Iterator[tuple[int, str, bool]]:
    """Lines with continuations joined: number of the first, text, and whether a person reads it."""
    lines = text.split("\n")
    number, ends = 0, ""
    while number < len(lines):
        begun, line = number + 1, lines[number]
        number += 1
        if ends:
            if line.strip() == ends:
                ends = ""
            else:
                yield begun, line, True
            continue
        if line.lstrip().startswith("#"):
            yield begun, line, True
            continue
        parts = [line]
        while parts[-1].endswith("\\") and number < len(lines) and len(parts) < _JOINED:
            parts[-1] = parts[-1][:-1]
            parts.append(lines[number])
            number += 1
        joined = " ".join(parts)
        here = _HEREDOC.search(joined)
        ends = here[2] if here else ""
        yield begun, joined, False
