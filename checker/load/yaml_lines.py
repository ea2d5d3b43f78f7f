"""Strict YAML: plain data, and the line of every key and value.

Only the event stream of PyYAML is used, so nothing is resolved behind our back: every scalar stays the text
that was written (`3.10` stays "3.10", `on` stays "on", a date stays its digits) and the schema of the file
decides what it means. Only an unquoted `null`, `~` or nothing at all becomes None. Anchors, aliases, merge
keys, tags, directives and several documents are refused: no policy needs them, and they are how small files
grow large.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, NoReturn

import yaml

from checker.errors import InputError
from checker.escape import shortened, visible
from checker.model.base import Location

#: Lists and dicts of text and None. Keys are always text.
Data = Any
#: One of PyYAML's events: the stubs do not tell which attributes come with which.
Event = Any
Path = Sequence[str | int]

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
#: What YAML forbids, and what it would count as a line break where editors and git do not.
_FORBIDDEN = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]"
_FORBIDDEN_ASCII = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_SURROGATE = "[\ud800-\udfff]"
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True)
class Bounds:
    """How much is read before giving up: bytes, levels of nesting, keys and values together."""

    size: int = 1_000_000
    depth: int = 20
    nodes: int = 200_000


class Marks(NamedTuple):
    """Lines (from 1) of a list or mapping, of its keys and of what is in it; a scalar has only a line."""

    line: int
    keys: Mapping[str, int]
    children: Mapping[str | int, Marks | int]


@dataclass(frozen=True)
class Document:
    """One parsed file. `data` has lists, dicts, text and None only."""

    file: str
    data: Data
    marks: Marks | int

    def line(self, path: Path) -> int:
        """Line of the value at `path`, or of the nearest value above it that exists."""
        marks = self._nearest(path)[0]
        return marks if isinstance(marks, int) else marks.line

    def key_line(self, path: Path) -> int:
        """Line of the key that ends `path`; where no key does, as `line`."""
        marks, left = self._nearest(path[:-1])
        if path and not left and isinstance(marks, Marks) and path[-1] in marks.keys:
            return marks.keys[str(path[-1])]
        return self.line(path)

    def _nearest(self, path: Path) -> tuple[Marks | int, Path]:
        """Marks of the deepest value on `path` that exists, and what of the path is left then."""
        marks = self.marks
        for number, part in enumerate(path):
            if isinstance(marks, int) or part not in marks.children:
                return marks, path[number:]
            marks = marks.children[part]
        return marks, ()

    def at(self, path: Path) -> Location:
        """File and line of the key at `path`, for a person to look at."""
        return Location(file=self.file, line=self.key_line(path))


_DEFAULT = Bounds()


def parse_yaml(data: bytes, file: str, bounds: Bounds = _DEFAULT, first_line: int = 1) -> Document:
    """Parse one document. `first_line` is where `data` begins in `file`. Raises InputError with the line."""
    return _Parser(file, bounds, first_line).parse(data)


def decoded(data: bytes, file: str, first_line: int = 1) -> str:
    """UTF-8 text with Unix line ends and without BOM. Raises InputError with the line of the bad byte."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = first_line + data.count(b"\n", 0, error.start)
        raise InputError("not text in UTF-8", file, line) from error
    return text.replace("\r\n", "\n")


class _Parser:
    """The state of one parse: the event source and how many nodes were read."""

    def __init__(self, file: str, bounds: Bounds, first_line: int) -> None:
        self._file, self._bounds, self._first = file, bounds, first_line
        self._nodes = self._last = 0
        self._loader: Any = None

    def parse(self, data: bytes) -> Document:
        if len(data) > self._bounds.size:
            raise InputError(f"larger than {self._bounds.size} bytes", self._file)
        text = decoded(data, self._file, self._first)
        # The long pattern takes milliseconds to compile, and nearly every file is ASCII.
        if found := _FORBIDDEN_ASCII.search(text) if text.isascii() else re.search(_FORBIDDEN, text):
            line = self._first + text.count("\n", 0, found.start())
            raise InputError(f"the character {visible(found[0])} cannot stand in YAML", self._file, line)
        self._last = text.count("\n")
        self._loader = _LOADER(text)
        try:
            value, marks = self._document()
        except yaml.YAMLError as error:
            self._refuse_syntax(error, text)
        except (ValueError, OverflowError) as error:  # an escape such as "\U99999999", by the pure parser
            raise InputError("not valid YAML: an escape names no character", self._file) from error
        finally:
            self._loader.dispose()
        return Document(self._file, value, marks)

    def _document(self) -> tuple[Data, Marks | int]:
        self._loader.get_event()  # the start of the stream
        start = self._loader.get_event()
        if isinstance(start, yaml.StreamEndEvent):
            return None, self._first
        if start.version or start.tags:
            self._refuse("directives (%YAML, %TAG) are not used here: remove them", start)
        result = self._node(self._loader.get_event(), 1)
        self._loader.get_event()  # the end of the document
        if not isinstance(after := self._loader.get_event(), yaml.StreamEndEvent):
            self._refuse("a second document begins here: one file holds one", after)
        return result

    def _node(self, event: Event, depth: int) -> tuple[Data, Marks | int]:
        self._admit(event, depth)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event), self._line(event)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(event, depth)
        return self._sequence(event, depth)

    def _admit(self, event: Event, depth: int) -> None:
        """Refuse what may not stand anywhere, before anything below it is read."""
        self._nodes += 1
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            self._refuse(
                "anchors (&) and aliases (*) are not used here: write the value out, or quote it", event
            )
        if event.tag is not None:
            self._refuse("tags (!) are not used here: remove it, or quote the value", event)
        if depth > self._bounds.depth:
            self._refuse(f"nested more than {self._bounds.depth} levels deep", event)
        if self._nodes > self._bounds.nodes:
            self._refuse(f"more than {self._bounds.nodes} keys and values", event)

    def _scalar(self, event: Event) -> str | None:
        text: str = event.value
        if not text.isascii() and re.search(_SURROGATE, text):
            self._refuse("an escape names half of a character (a surrogate)", event)
        return None if event.implicit[0] and text in _NULLS else text

    def _sequence(self, start: Event, depth: int) -> tuple[Data, Marks | int]:
        values: list[Data] = []
        children: dict[str | int, Marks | int] = {}
        while not isinstance(event := self._loader.get_event(), yaml.SequenceEndEvent):
            value, children[len(values)] = self._node(event, depth + 1)
            values.append(value)
        return values, Marks(self._line(start), {}, children)

    def _mapping(self, start: Event, depth: int) -> tuple[Data, Marks | int]:
        values: dict[str, Data] = {}
        keys: dict[str, int] = {}
        children: dict[str | int, Marks | int] = {}
        while not isinstance(event := self._loader.get_event(), yaml.MappingEndEvent):
            key = self._key(event, depth, keys)
            keys[key] = self._line(event)
            values[key], children[key] = self._node(self._loader.get_event(), depth + 1)
        return values, Marks(self._line(start), keys, children)

    def _key(self, event: Event, depth: int, seen: Mapping[str, int]) -> str:
        self._admit(event, depth)
        key = self._scalar(event) if isinstance(event, yaml.ScalarEvent) else None
        if key is None:
            self._refuse("a key must be text", event)
        if key == "<<" and event.implicit[0]:
            self._refuse("merge keys (<<) are not used here: write the values out", event)
        if key in seen:
            shown = visible(shortened(key, 60))
            self._refuse(f"duplicate key `{shown}` (first on line {seen[key]})", event)
        return key

    def _line(self, event: Event) -> int:
        # What is not there begins, for the parser, after the end of the text.
        return min(int(event.start_mark.line), self._last) + self._first

    def _refuse(self, message: str, event: Event) -> NoReturn:
        raise InputError(message, self._file, self._line(event))

    def _refuse_syntax(self, error: yaml.YAMLError, text: str) -> NoReturn:
        mark = getattr(error, "problem_mark", None)
        if mark is None:
            raise InputError("not valid YAML", self._file) from error
        lines = text.split("\n")
        number = min(int(mark.line), len(lines) - 1)
        words = [
            str(part) for part in (getattr(error, "problem", None), getattr(error, "context", None)) if part
        ]
        if "\t" in lines[number]:
            words = ["a tab stands where YAML wants spaces"]
        raise InputError(
            f"not valid YAML: {visible(', '.join(words))}", self._file, self._first + number
        ) from error
