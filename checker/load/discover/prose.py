"""Commands as people write them into text: where one begins and ends, and what is only a placeholder."""

from __future__ import annotations

import re
from collections.abc import Iterator

from checker.load.discover.commands import HOLE
from checker.load.discover.words import words

_PYTHON = r"(?:[\w./${}\\-]{0,120}[/\\])?(?:python|pypy|py)[\d.]*(?:\.exe)?(?:\s+-[\w.]+)*?\s+-m\s+"
_MANAGERS = (
    r"pip[\d.]*|uv|pipx|poetry|pdm|pipenv|rye|npm|pnpm|yarn|bun|deno|brew|apt|apt-get|dnf|yum|apk|pacman|zypper|"
    r"conda|mamba|micromamba|cargo|go|gem|choco|scoop|winget|snap|port"
)
_VERBS = r"install|add|pip|run|tool|inject|sync|i|get|global|dlx|-S\w*"
#: The beginning of a command that installs something.
COMMAND = (
    rf"(?:sudo\s+(?:-\w+\s+)*)?(?:{_PYTHON})?"
    rf"(?:(?:[\w./${{}}\\\"~-]{{0,120}}[/\\])?(?:{_MANAGERS})(?:\.exe)?\"?(?:\s+--?[\w-]+(?:=\S+)?)*\s+(?:{_VERBS})(?=\s|$)|(?:uvx|npx|bunx)\s+\S)"
)
#: Characters of one line that are looked at: patterns over longer ones could be made slow on purpose.
LONGEST = 4_000
#: Cheap and broad: a text without a match holds no install line.
HINT = re.compile(
    rf"\b(?:(?:{_MANAGERS})(?:\.exe)?[\"']?[ \t][^\n]{{0,200}}?(?:{_VERBS})|uvx|npx|bunx)(?=\s|$)",
    re.MULTILINE,
)
#: A command that begins the line, after marks, or after a few words that end in a colon.
_LINE = re.compile(rf"[^\w`\n/.~$\"]*(?:\d{{1,3}}[.)]\s+)?(?:[^`:|&\"\n]{{0,80}}:[\s*_]*)?\"?({COMMAND}.*)")
_IN_PARENTHESES = re.compile(rf"\(({COMMAND}[^()\n]*)\)")
_STARTS = re.compile(COMMAND)
_PROMPT = re.compile(
    r"(?:\(\S{0,60}\)\s*)?(?:PS\s+\S{0,120}>|[A-Z]:\\\S{0,120}>|[\w.@:~/-]{0,120}[$%>\u276f\u279c]|!|%|>>>)\s*(?=\S)"
)
_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_STOP = words(
    "a an and any are as at before but by can do first for from here how if in into is it it's its not "
    "of on once only or otherwise see since so that the them then there these they this to unless use "
    "using via was when which while will with within without you your after also again already -> = +"
)
_PLACEHOLDERS = words(
    "package packages package-name package_name packagename package1 package2 pkg pkgs pkg-name name "
    "module modules module-name library libraries lib deps dependency dependencies requirement "
    "requirements something somepackage foo bar baz xxx xyz example example-package new-package "
    "missing-package tool toolname tool-name"
)
_PLACEHOLDER = re.compile(
    r"(your|some|the|that|this|any|new|missing|other|another|required|necessary)[-_].*|my[-_]?(package|project|app|lib|library|module|tool|plugin)s?|"
    r"(?:.*/)?path/to/.*|.*\u2026.*|.*\.\.\..*|[A-Z]+_[A-Z_]+|(PACKAGE|PKG|NAME|LIBRARY|MODULE|TOOL)S?|[xX]+|.*[{}].*"
)


def overlong(text: str) -> Iterator[int]:
    """Numbers of the lines that may hold an install command beyond what is looked at."""
    if len(text) > LONGEST:
        for number, line in enumerate(text.split("\n"), 1):
            if len(line) > LONGEST and HINT.search(line, LONGEST - 200):
                yield number


def hinted_lines(text: str) -> frozenset[int]:
    """Numbers of the lines with a word that looks like an install: the others need no look."""
    found: set[int] = set()
    number, before = 1, 0
    for hint in HINT.finditer(text):
        number += text.count("\n", before, hint.start())
        before = hint.start()
        found.add(number)
    return frozenset(found)


def begins(text: str) -> bool:
    """Whether `text` begins with an install command."""
    return _STARTS.match(text) is not None


def without_prompt(text: str) -> str:
    """The line without the prompt (`$`, `(venv) $`, `!`) that stands before what is typed."""
    text = text.strip()
    prompt = None if begins(text) else _PROMPT.match(text)
    return text[prompt.end() :] if prompt else text


def in_line(line: str) -> Iterator[str]:
    """The install commands in one line of running text: code spans, or the line itself."""
    line = line[:LONGEST]
    spans = [span[2].strip() for span in _SPAN.finditer(line)] if "`" in line else []
    yield from (stripped for span in spans if begins(stripped := without_prompt(span)))
    rest = _SPAN.sub(HOLE, line) if spans else line
    rest = without_prompt(rest)
    if found := _LINE.match(rest) or _IN_PARENTHESES.search(rest):
        yield found[1]


def meant(words: tuple[str, ...]) -> tuple[str, ...]:
    """`words` as far as they still belong to the command, without the marks around them."""
    kept: list[str] = []
    for raw in words:
        word = raw.strip("*`\"'\u201c\u201d\u2018\u2019") if len(raw) > 1 else raw
        if word.lower() in _STOP:
            break
        word = word if word in (".", "..") else word.rstrip(",:;!?)")
        ended = len(word) > 2 and word.endswith(".") and not word.endswith(("..", "/."))
        kept.append(word.rstrip(".") if ended else word)
        if ended:
            break
    return tuple(word for word in kept if word)


def is_placeholder(word: str) -> bool:
    """Whether a reader is to put a name in place of `word`."""
    name = re.split(r"[\[=<>!~@ ]", word, maxsplit=1)[0]
    return name.lower() in _PLACEHOLDERS or _PLACEHOLDER.fullmatch(name) is not None or not name
