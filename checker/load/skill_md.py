"""`SKILL.md`: its frontmatter, read as strictly as possible and as leniently as real skills need.

What the Agent Skills specification (agentskills.io/specification) asks for is told as `strict_only` problems.
Frontmatter that is no YAML (an unquoted colon in the description, mostly) still gives `name` and
`description`, read line by line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from checker.errors import InputError
from checker.escape import shortened, visible
from checker.load.validate import suggestion
from checker.load.yaml_lines import Document, decoded, parse_yaml
from checker.model.base import Location
from checker.model.severity import Severity
from checker.model.skill import Problem

SIZE_LIMIT = 1_000_000

_FENCE = "---"
_KEY = re.compile(r"(name|description)[ \t]*:[ \t]*(.*)", re.DOTALL)
_BLOCK = re.compile(r"[|>][+-]?")
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_MAX_NAME, _MAX_DESCRIPTION, _MAX_COMPATIBILITY = 64, 1024, 500
_KEYS = ("name", "description", "license", "compatibility", "metadata", "allowed-tools")


@dataclass(frozen=True)
class SkillMd:
    """What a SKILL.md says of its skill. `frontmatter` is None where it is missing or no YAML.

    `name` and `description` are foreign text: escape them before they are shown.
    """

    name: str = ""
    description: str = ""
    frontmatter: Document | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class _Block:
    """The lines between the `---` lines; `first` is the number of the first, `closed` if both are there."""

    lines: Sequence[str]
    first: int
    closed: bool


def read_skill_md(data: bytes, file: str, folder_name: str | None) -> SkillMd:
    """Read a SKILL.md. `folder_name` is what the specification wants as the name (None: unknown)."""
    try:
        text = decoded(data, file)
    except InputError as error:
        return SkillMd(problems=(_problem(file, error.line, error.message),))
    block = _frontmatter(text)
    if block is None:
        return SkillMd(problems=(_strict(file, 1, "there is no frontmatter (YAML between two `---` lines)"),))
    if not block.closed:
        return _line_by_line(
            block, _strict(file, block.first - 1, "the frontmatter has no closing `---` line")
        )
    try:
        document = parse_yaml("\n".join(block.lines).encode(), file, first_line=block.first)
    except InputError as error:
        return _line_by_line(block, _strict(file, error.line, f"the frontmatter is {error.message}"))
    return _of_document(document, block, folder_name)


def _frontmatter(text: str) -> _Block | None:
    lines = text.split("\n")
    start = next((number for number, line in enumerate(lines) if line.strip()), 0)
    if lines[start].rstrip() != _FENCE:
        return None
    inner = lines[start + 1 :]
    end = next((number for number, line in enumerate(inner) if line.rstrip() == _FENCE), None)
    return _Block(inner[:end], start + 2, closed=end is not None)


def _of_document(document: Document, block: _Block, folder_name: str | None) -> SkillMd:
    if not isinstance(document.data, dict):
        problem = _strict(document.file, block.first - 1, "the frontmatter holds no keys and values")
        return SkillMd(frontmatter=document, problems=(problem,))
    data: dict[str, Any] = document.data
    faults = _faults(data, folder_name)
    problems = tuple(_strict(document.file, document.key_line(path), text) for path, text in faults)
    if block.first > 2:
        problems = (_strict(document.file, 1, "the frontmatter should begin on the first line"), *problems)
    return SkillMd(_text(data.get("name")), _text(data.get("description")), document, problems)


def _faults(data: Mapping[str, Any], folder_name: str | None) -> Iterator[tuple[tuple[str, ...], str]]:
    """What the specification does not allow, each with the path to it."""
    for key in data:
        if key not in _KEYS:
            shown = visible(shortened(key, 60))
            yield (key,), f"the specification has no key `{shown}`{suggestion(key, _KEYS)}"
    for key, rule in _RULES.items():
        if key in data and (fault := rule(data[key])):
            yield (key,), f"`{key}` {fault}"
    for key in ("name", "description"):
        if key not in data:
            yield (), f"`{key}` is missing"
    name = data.get("name")
    if folder_name is not None and isinstance(name, str) and name != folder_name:
        yield ("name",), f"`name` should be that of the folder, `{visible(shortened(folder_name, 80))}`"


def _name(value: object) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value) or len(value) > _MAX_NAME:
        return f"should be lower-case letters, digits and single hyphens, {_MAX_NAME} characters at most"
    return ""


def _words(value: object, limit: int | None = None) -> str:
    if isinstance(value, str) and value.strip() and (limit is None or len(value) <= limit):
        return ""
    return "should be text" if limit is None else f"should be text of 1 to {limit} characters"


def _metadata(value: object) -> str:
    flat = isinstance(value, dict) and all(isinstance(item, str) for item in value.values())
    return "" if flat else "should hold keys with text as values"


#: Key → what is wrong with its value, or nothing.
_RULES: Mapping[str, Callable[[object], str]] = {
    "name": _name,
    "description": partial(_words, limit=_MAX_DESCRIPTION),
    "license": _words,
    "compatibility": partial(_words, limit=_MAX_COMPATIBILITY),
    "metadata": _metadata,
    "allowed-tools": _words,
}


def _line_by_line(block: _Block, problem: Problem) -> SkillMd:
    """`name` and `description` from the lines that begin with them; the first of each counts."""
    found: dict[str, str] = {}
    lines = block.lines if block.closed else block.lines[:100]
    for number, line in enumerate(lines):
        if match := _KEY.match(line):
            found.setdefault(match[1], _value(match[2].strip(), lines[number + 1 :]))
    note = Problem(
        message="the frontmatter was read line by line, for `name` and `description` only",
        location=problem.location,
        remedy="quote values that hold a colon, and close the frontmatter with a `---` line",
        severity=Severity.NOTE,
    )
    return SkillMd(found.get("name", ""), found.get("description", ""), None, (problem, note))


def _value(text: str, following: Iterable[str]) -> str:
    if text and not _BLOCK.fullmatch(text):
        inner = text[1:-1]
        quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" and text[0] not in inner
        return inner if quoted else text
    words: list[str] = []
    for line in following:
        if line.strip() and not line.startswith((" ", "\t")):
            break
        words.append(line.strip())
    return " ".join(words).strip()


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _strict(file: str, line: int | None, message: str) -> Problem:
    return _problem(file, line, message).model_copy(update={"strict_only": True})


def _problem(file: str, line: int | None, message: str) -> Problem:
    remedy = "see the format at agentskills.io/specification"
    return Problem(message=message, location=Location(file=file, line=line), remedy=remedy)
