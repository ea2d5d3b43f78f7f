"""Shell text to simple commands: as much of the grammar as an install line needs, never an error.

Nothing is executed or expanded. Text that no shell would accept (an open quote, prose) still gives words.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from checker.load.discover.words import words

#: Stands for `<package>` and `{package}`: a hole for the reader to fill.
HOLE = "\u2026"
#: Characters of one logical line that are read.
LONGEST = 10_000
_HOLES = re.compile(
    r"<[A-Za-z][^<>\n]{0,80}>|(?<!\$)\{\{?[^{}\n]{0,80}\}\}?|\[(?:options?|args?|packages?|flags)[^]\n]{0,40}\]"
)
#: People write `pandas>=2` and `pandas >= 2` without quotes, and never mean a file named `=2`.
_OPERATOR = re.compile(r"(?<=[\w\]])\s*(===|[=<>!~]=)\s*(?=[\w*])")
_WINDOWS = re.compile(r"(?<=[\w.])\\(?=\w)")
_DUPLICATE = re.compile(r"\d?>&[\d-]")
_REDIRECT = re.compile(r"\d?(?:>>?|<<?<?)(.*)", re.DOTALL)
_SEPARATOR = re.compile(r"[;&|()]+")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*\+?=")
_WORDS = words("if then else elif do while until ! { } time exec command builtin nohup eval RUN export")
#: Programs that run the rest of their line, and their options that take a value.
_WRAPPERS = {"sudo": "-u -g -U", "doas": "-u", "env": "-u -C", "nice": "-n", "arch": "", "timeout": "-k -s"}
_PYTHON = re.compile(r"(python|pypy|py)[\d.]*w?|\$\{?\w*py\w*\}?", re.IGNORECASE)
_PIP = re.compile(r"pip[\d.]*|\$\{?\w*pip\w*\}?", re.IGNORECASE)
_SHELLS = frozenset({"bash", "sh", "zsh", "dash"})


@dataclass(frozen=True)
class Command:
    """One simple command: its program by normal name (`pip` for `python3 -m pip`), words and variables."""

    program: str
    words: tuple[str, ...]
    variables: tuple[str, ...] = ()


def commands(text: str, depth: int = 0) -> Iterator[Command]:
    """Every simple command of one logical line, in order; also those inside of `bash -c "…"`."""
    for segment in _segments(text[:LONGEST]):
        command = _command(segment)
        if command is None:
            continue
        if command.program in _SHELLS and depth < 2:
            yield from commands(_script(command.words), depth + 1)
        yield command


def _segments(text: str) -> Iterator[list[str]]:
    text = _HOLES.sub(HOLE, _DUPLICATE.sub(" ", text))
    text = _OPERATOR.sub(r"\1", text).replace("`", " ").replace("&>", ">")
    segment: list[str] = []
    skip = False
    for token in _tokens(_WINDOWS.sub("/", text)):
        if skip:
            skip = False
        elif _SEPARATOR.fullmatch(token):
            yield segment
            segment = []
        elif token.startswith("#"):
            break
        elif redirect := _redirect(token):
            skip = not redirect[1]
        else:
            segment.append(token)
    yield segment


def _redirect(token: str) -> re.Match[str] | None:
    return _REDIRECT.fullmatch(token) if token[:1] in "0123456789<>" else None


def _tokens(text: str) -> list[str]:
    lexer = shlex.shlex(text, posix=True, punctuation_chars=";&|()")
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        return list(lexer)
    except ValueError:  # an open quote: an apostrophe in prose, or a text over several lines
        return text.replace('"', " ").replace("'", " ").replace("\\", "").split()


def _command(segment: list[str]) -> Command | None:
    rest, variables = _bare(segment)
    if not rest:
        return None
    program = posixpath.basename(rest[0]).removesuffix(".exe")
    rest = rest[1:]
    if _PYTHON.fullmatch(program):
        program, rest = _module(rest)
    if _PIP.fullmatch(program):
        program = "pip"
    while rest[:1] == [program]:  # `uv uv pip install`, a slip that many copies share
        rest = rest[1:]
    return Command(program, tuple(rest), tuple(variables))


def _bare(segment: list[str]) -> tuple[list[str], list[str]]:
    """The words from the program on, and the `NAME=value` words that stood before it."""
    rest, variables = list(segment), list[str]()
    while rest:
        word = rest[0]
        if _ASSIGNMENT.match(word):
            variables.append(rest.pop(0))
        elif word in _WORDS:
            rest.pop(0)
        elif word in _WRAPPERS:
            rest = _unwrapped(rest, _WRAPPERS[word].split())
        else:
            break
    return rest, variables


def _unwrapped(segment: list[str], with_value: list[str]) -> list[str]:
    wrapper, rest = segment[0], segment[1:]
    while rest and rest[0].startswith("-"):
        rest = rest[2 if rest[0] in with_value else 1 :]
    return rest[1:] if wrapper == "timeout" else rest


def _module(segment: list[str]) -> tuple[str, list[str]]:
    """`-m pip install x` after an interpreter (and its own options) is `pip install x`."""
    for place, word in enumerate(segment):
        if word == "-m" and place + 1 < len(segment):
            return segment[place + 1], segment[place + 2 :]
        if not word.startswith("-"):
            break
    return "python", segment


def _script(segment: tuple[str, ...]) -> str:
    """What `bash -c` runs: the word after an option that ends in `c`."""
    places = [i for i, word in enumerate(segment) if re.fullmatch(r"-\w*c", word)]
    return segment[places[0] + 1] if places and places[0] + 1 < len(segment) else ""
