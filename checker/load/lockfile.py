"""A PEP 751 lock file, as bytes of unknown origin, to the model.

`packaging.pylock` holds the file against the specification; rtoml reads it, fourteen times as fast as the
standard library, and a table that many locks share is read once, because a repository with a thousand locks
is checked in seconds.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias, cast

import rtoml
from packaging.pylock import Pylock, PylockValidationError
from packaging.specifiers import SpecifierSet

from checker.errors import InputError
from checker.escape import shortened, visible
from checker.load.lock_entry import Table, read_entry, utc
from checker.model.lock import Lock, LockedDistribution
from checker.rules.specifiers import comparable

_Parsed: TypeAlias = tuple[Table, tuple[LockedDistribution, ...], tuple[int | None, ...]]

#: No lock of a skill comes near these; a universal one with hundreds of distributions is 0.3 MB.
MAX_BYTES, MAX_DISTRIBUTIONS = 5_000_000, 10_000
#: Entries that are remembered, and the longest text of one.
_SEEN, _SEEN_LENGTH = 8_192, 32_000
#: A text that is not plainly laid out is read as a whole, which also tells what is wrong with it.
_NOT_PLAIN = (rtoml.TomlParsingError, PylockValidationError, ValueError, KeyError, TypeError, RecursionError)
_PLAIN_TABLE = re.compile(rb"^\[\[packages\]\][ \t]*\r?$", re.MULTILINE)
_TABLE = re.compile(rb"""\[\[[ \t]*["']?packages["']?[ \t]*\]\]""")
_PLACE = re.compile(r"at line (\d+) column")
_NUMBER = re.compile(r"packages\[(\d+)\]")


def parse_lock(data: bytes, file: str, target: str) -> Lock:
    """Read the lock `file` (repository-relative) for the policy's target named `target`.

    Raises InputError with the line: larger than `MAX_BYTES`, more than `MAX_DISTRIBUTIONS`, not UTF-8, not
    TOML, not a PEP 751 lock, or a `[tool.proctor]` table that says something else than it may.
    """
    if len(data) > MAX_BYTES:
        raise InputError(f"a lock of {len(data)} bytes is too large (at most {MAX_BYTES})", file)
    head, distributions, lines = _in_pieces(data) or _as_a_whole(data, file)
    try:
        lock = Pylock.from_dict({**head, "packages": []})
    except PylockValidationError as error:
        raise InputError(f"not a valid lock: {_safe(error)}", file) from error
    tool = _tool(lock.tool, file)
    return Lock(
        file=file,
        target=target,
        requires_python=_python(lock.requires_python, file),
        environments=tuple(str(marker) for marker in lock.environments or ()),
        exclude_newer=_moment(tool, "exclude-newer", file),
        locked_target=_word(tool, "target", file),
        locked_python=_word(tool, "python", file),
        distributions=distributions,
        lines=lines,
    )


def _in_pieces(data: bytes) -> _Parsed | None:
    """What `_as_a_whole` tells, from each `[[packages]]` table by itself; None where it takes the whole.

    Skills of a repository lock the same files of the same packages, so most of their tables are read once.
    A text that is TOML up to a line `[[packages]]` and TOML from there on means the same in one piece, as
    long as no other table stands in both parts.
    """
    starts = [match.start() for match in _PLAIN_TABLE.finditer(data)]
    if len(starts) > MAX_DISTRIBUTIONS:
        return None
    ends = [*starts[1:], len(data)]
    try:
        head = _loads(data[: starts[0] if starts else len(data)])
        entries = [_piece(data[start:end]) for start, end in zip(starts, ends, strict=True)]
    except _NOT_PLAIN:
        return None
    after = entries[-1].after if entries else {}
    if any(entry.after for entry in entries[:-1]) or head.keys() & {"packages", *after} or not entries:
        return None
    lines, line = [], 1
    for start, before in zip(starts, (0, *starts), strict=False):
        lines.append(line := line + data.count(b"\n", before, start))
    return {**head, **after}, tuple(entry.distribution for entry in entries), tuple(lines)


class _Piece(NamedTuple):
    """One `[[packages]]` table, and the tables after it that belong to the lock."""

    distribution: LockedDistribution
    after: Table


def _piece(data: bytes) -> _Piece:
    return _seen(data) if len(data) <= _SEEN_LENGTH else _read_piece(data)


@lru_cache(maxsize=_SEEN)
def _seen(data: bytes) -> _Piece:
    return _read_piece(data)


def _read_piece(data: bytes) -> _Piece:
    document = _loads(data)
    (table,) = cast("list[Table]", document.pop("packages"))
    return _Piece(read_entry(table), document)


def _as_a_whole(data: bytes, file: str) -> _Parsed:
    """The lock without its distributions, these, and their lines. Raises InputError with the line."""
    document = _document(data, file)
    entries, lines = document.get("packages"), _lines(data, document)
    if len(lines) > MAX_DISTRIBUTIONS:
        raise InputError(f"{len(lines)} distributions are too many (at most {MAX_DISTRIBUTIONS})", file)
    listed = isinstance(entries, list) and all(isinstance(entry, dict) for entry in entries)
    try:
        Pylock.from_dict({**document, "packages": []} if listed else document)
        tables = cast("list[Table]", entries)
        distributions = tuple(_numbered(number, table) for number, table in enumerate(tables))
    except PylockValidationError as error:
        raise InputError(f"not a valid lock: {_safe(error)}", file, _line_of(error, lines)) from error
    return document, distributions, tuple(lines)


def _numbered(number: int, table: Table) -> LockedDistribution:
    try:
        return read_entry(table)
    except PylockValidationError as error:
        context = (error.context or "packages[0]").removeprefix("packages[0]")
        raise PylockValidationError(error.message, context=f"packages[{number}]{context}") from error


def _loads(data: bytes) -> Table:
    return rtoml.loads(data.decode("utf-8"))


def _document(data: bytes, file: str) -> Table:
    try:
        return _loads(data)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError("not UTF-8 text", file, line) from error
    except (rtoml.TomlParsingError, ValueError, RecursionError) as error:
        place = _PLACE.search(str(error))
        raise InputError(f"not TOML: {_safe(error)}", file, int(place[1]) if place else None) from error


def _lines(data: bytes, document: Mapping[str, object]) -> Sequence[int | None]:
    """Line of each `[[packages]]`, or nothing but None where the file is laid out in another way."""
    packages = document.get("packages")
    count = len(packages) if isinstance(packages, list) else 0
    starts = [match.start() for match in _TABLE.finditer(data)]
    if len(starts) != count:
        return [None] * count
    lines: list[int | None] = []
    line, position = 1, 0
    for start in starts:
        line, position = line + data.count(b"\n", position, start), start
        lines.append(line)
    return lines


def _python(specifiers: SpecifierSet | None, file: str) -> str | None:
    try:
        return None if specifiers is None else str(comparable(specifiers))
    except ValueError as error:
        raise InputError(f"not a valid lock: requires-python: {_safe(error)}", file) from error


def _tool(tool: Mapping[str, object] | None, file: str) -> Mapping[str, object]:
    table = (tool or {}).get("proctor", {})
    if not isinstance(table, Mapping):
        raise InputError("tool.proctor is not a table", file)
    return table


def _moment(tool: Mapping[str, object], key: str, file: str) -> dt.datetime | None:
    value = tool.get(key)
    if value is not None and not isinstance(value, dt.datetime):
        raise InputError(f"tool.proctor.{key} is not a date and time", file)
    return utc(value)


def _word(tool: Mapping[str, object], key: str, file: str) -> str | None:
    value = tool.get(key)
    if value is not None and not isinstance(value, str):
        raise InputError(f"tool.proctor.{key} is not a string", file)
    return value


def _line_of(error: PylockValidationError, lines: Sequence[int | None]) -> int | None:
    match = _NUMBER.match(error.context or "")
    return lines[int(match[1])] if match and int(match[1]) < len(lines) else None


def _safe(text: object) -> str:
    return shortened(visible(str(text)), 300)
