"""TOML with the line a value was written on, as far as it can be told, and no surprises in its shape."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from checker.load.discover.collected import at_line
from checker.model.base import Location
from checker.rules.toml_keys import too_dotted

_LOOKED_AT = 20
_AT_LINE = re.compile(r"\(at line (\d+)")


class TomlProblem(ValueError):
    """The TOML, or one value of it, is not what it should be; `line` is where, in the file."""

    def __init__(self, message: str, line: int) -> None:
        """Keep message and place apart."""
        super().__init__(message)
        self.line = line


@dataclass(frozen=True)
class Toml:
    """Parsed TOML, the text it came from, and the line of `file` on which that text begins."""

    data: dict[str, Any]
    text: str
    file: str
    first_line: int = 1

    @classmethod
    def parse(cls, text: str, file: str, first_line: int = 1) -> Toml:
        """Parse `text`. Raises TomlProblem."""
        if too_dotted(text):
            raise TomlProblem("its keys have too many parts to be read", first_line)
        try:
            data = tomllib.loads(text)
        except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
            found = _AT_LINE.search(str(error))
            line = int(found[1]) - 1 if found else 0
            reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
            raise TomlProblem(f"not valid TOML: {reason}", first_line + line) from error
        return cls(data, text, file, first_line)

    def get(self, path: Sequence[str]) -> Any:
        """The value at `path`, or None. Raises TomlProblem where something above it is no table."""
        value: Any = self.data
        for place, key in enumerate(path):
            if not isinstance(value, dict):
                raise TomlProblem(f"`{'.'.join(path[:place])}` must be a table", self.line(path[place - 1]))
            value = value.get(key, {} if place + 1 < len(path) else None)
        return value

    def table(self, path: Sequence[str]) -> dict[str, Any]:
        """The table at `path`, empty where there is none. Raises TomlProblem for anything else."""
        value = self.get(path)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise TomlProblem(f"`{'.'.join(path)}` must be a table", self.line(path[-1]))
        return value

    def texts(self, path: Sequence[str]) -> list[str]:
        """The list of texts at `path`, empty where there is none. Raises TomlProblem for anything else."""
        value = self.get(path)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise TomlProblem(f"`{'.'.join(path)}` must be a list of texts", self.line(path[-1]))
        return value

    def line(self, needle: str) -> int:
        """The first line that holds `needle` as written, else the first line of the text.

        `tomllib` keeps no places. An occurrence inside of a longer word counts only if there is no other.
        """
        places = list(islice(_places(self.text, needle), _LOOKED_AT))
        place = next(
            (at for at in places if _is_word(self.text, at, at + len(needle))), places[0] if places else 0
        )
        return self.first_line + self.text.count("\n", 0, place)

    def at(self, needle: str) -> Location:
        """File and line of `needle`."""
        return at_line(self.file, self.line(needle))


def listed(value: Any) -> list[Any]:
    """A value that may be given alone or in a list, as a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _places(text: str, needle: str) -> Iterator[int]:
    place = text.find(needle) if needle else -1
    while place >= 0:
        yield place
        place = text.find(needle, place + 1)


def _is_word(text: str, start: int, end: int) -> bool:
    around = text[start - 1 : start] + text[end : end + 1]
    return not any(character.isalnum() or character in "-_." for character in around)
