"""Is a package named in a file as code: as a command, a module on a command line, a back end? Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

_FENCE = re.compile(r"\s*(`{3,}|~{3,})")
_SPAN = re.compile(r"`+([^`]+)`+")
_STRING = re.compile(r"\"[^\"]*\"|'[^']*'")
_MARKDOWN = (".md", ".markdown")


def mentioned(
    words: Collection[str], path: str, text: str, declared: Collection[tuple[str, int | None]]
) -> bool:
    """Whether any of `words` stands in the code of a file, outside of the lines that declare it.

    In Markdown only fences and code spans are code, in Python only strings (an import is seen elsewhere).
    """
    if not any(word in text for word in words):  # far cheaper than a pattern, and nearly always the answer
        return False
    alternatives = "|".join(re.escape(word) for word in sorted(words))
    word = re.compile(rf"(?<![\w.-])(?:{alternatives})(?![\w-])")
    if not word.search(text):
        return False
    return any(word.search(line) for number, line in _code(path, text) if (path, number) not in declared)


def _code(path: str, text: str) -> Iterator[tuple[int, str]]:
    """The parts of a file that are code, with their lines."""
    if path.endswith(_MARKDOWN):
        yield from _in_markdown(text)
        return
    for number, line in enumerate(text.splitlines(), 1):
        if path.endswith(".py"):
            yield from ((number, text) for text in _STRING.findall(line))
        elif not line.lstrip().startswith("#"):
            yield number, line


def _in_markdown(text: str) -> Iterator[tuple[int, str]]:
    fenced = False
    for number, line in enumerate(text.splitlines(), 1):
        if _FENCE.match(line):
            fenced = not fenced
        elif fenced:
            yield number, line
        else:
            yield from ((number, span) for span in _SPAN.findall(line))
