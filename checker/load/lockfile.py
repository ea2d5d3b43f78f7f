"""A PEP 751 lock file, as bytes of unknown origin, to the model.

`packaging.pylock` holds the file against the specification; rtoml reads it, fourteen times as fast as the
standard library, because a repository with a thousand locks is checked in seconds.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TypeAlias, cast

import rtoml
from packaging.pylock import (
    Package,
    PackageArchive,
    PackageSdist,
    PackageWheel,
    Pylock,
    PylockValidationError,
)
from packaging.specifiers import SpecifierSet
from packaging.utils import InvalidName, NormalizedName, canonicalize_name

from checker.errors import InputError
from checker.escape import shortened, visible
from checker.model.base import Location
from checker.model.lock import Lock, LockedDistribution, LockedFile
from checker.rules.specifiers import comparable

Table: TypeAlias = dict[str, object]

#: No lock of a skill comes near these; a universal one with hundreds of distributions is 0.3 MB.
MAX_BYTES, MAX_DISTRIBUTIONS = 5_000_000, 10_000
#: Entries that are remembered, and the longest text of one.
_SEEN, _SEEN_LENGTH = 8_192, 32_000
_EMPTY: Mapping[str, object] = {"lock-version": "1.0", "created-by": "", "packages": []}
_NOWHERE = Location(file="")
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
    document = _document(data, file)
    lines = _lines(data, document)
    if len(lines) > MAX_DISTRIBUTIONS:
        raise InputError(f"{len(lines)} distributions are too many (at most {MAX_DISTRIBUTIONS})", file)
    try:
        lock = Pylock.from_dict(_head(document))
        distributions = tuple(_distributions(document, file, lines))
    except PylockValidationError as error:
        raise InputError(f"not a valid lock: {_safe(error)}", file, _line_of(error, lines)) from error
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
    )


def _document(data: bytes, file: str) -> Mapping[str, object]:
    try:
        return rtoml.loads(data.decode("utf-8"))
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


def _head(document: Mapping[str, object]) -> Mapping[str, object]:
    """The lock without its entries, which are read one by one; unchanged where they are no list of tables."""
    entries = document.get("packages")
    listed = isinstance(entries, list) and all(isinstance(entry, dict) for entry in entries)
    return {**document, "packages": []} if listed else document


def _distributions(
    document: Mapping[str, object], file: str, lines: Sequence[int | None]
) -> Iterator[LockedDistribution]:
    entries = document["packages"]
    for number, (table, line) in enumerate(zip(cast("list[Table]", entries), lines, strict=True)):
        try:
            found = _distribution(table)
        except PylockValidationError as error:
            context = (error.context or "packages[0]").removeprefix("packages[0]")
            raise PylockValidationError(error.message, context=f"packages[{number}]{context}") from error
        yield found.model_copy(update={"location": Location(file=file, line=line)})


def _distribution(table: Table) -> LockedDistribution:
    """One `[[packages]]` entry, its location still to be filled in."""
    content = _Content(repr(table))
    content.table = table
    return _seen(content) if len(content) <= _SEEN_LENGTH else _read(table)


class _Content(str):
    """An entry as text. The text tells every value and its type, so that equal texts are equal entries."""

    table: Table


@lru_cache(maxsize=_SEEN)
def _seen(content: _Content) -> LockedDistribution:
    """Skills of a repository lock the same files of the same packages: each is held against PEP 751 once."""
    return _read(content.table)


def _read(table: Table) -> LockedDistribution:
    """Raises PylockValidationError, which speaks of `packages[0]`."""
    package = Pylock.from_dict({**_EMPTY, "packages": [table]}).packages[0]
    archive = package.archive
    wheels = [_file(wheel) for wheel in package.wheels or ()]
    if archive is not None and (kept := _archived_wheel(archive)) is not None:
        wheels.append(kept)
    return LockedDistribution(
        name=package.name,
        version=package.version,
        marker=_text(package.marker),
        index=package.index,
        direct_source=_direct_source(package),
        wheels=tuple(wheels),
        sdist=_file(package.sdist) if package.sdist else None,
        requires=_requires(package),
        location=_NOWHERE,
    )


def _direct_source(package: Package) -> str | None:
    """The address of an entry that is no file of an index, in the form of a direct reference."""
    if package.vcs is not None:
        return f"{package.vcs.type}+{package.vcs.url or package.vcs.path}@{package.vcs.commit_id}"
    if package.directory is not None:
        return package.directory.path
    return (package.archive.url or package.archive.path) if package.archive is not None else None


def _archived_wheel(archive: PackageArchive) -> LockedFile | None:
    """A direct reference to a wheel is a wheel: it can be fetched, checked and read like any other."""
    name = (archive.url or archive.path or "").partition("#")[0].rpartition("/")[2]
    if not name.endswith(".whl"):
        return None
    return LockedFile(
        filename=name,
        url=archive.url,
        path=archive.path,
        sha256=_sha256(archive.hashes),
        size=archive.size,
        upload_time=_utc(archive.upload_time),
    )


def _file(found: PackageWheel | PackageSdist) -> LockedFile:
    return LockedFile(
        filename=found.filename,
        url=found.url,
        path=found.path,
        sha256=_sha256(found.hashes),
        size=found.size,
        upload_time=_utc(found.upload_time),
    )


def _requires(package: Package) -> tuple[NormalizedName, ...] | None:
    if package.dependencies is None:
        return None
    names: set[NormalizedName] = set()
    for entry in package.dependencies:
        try:
            names.add(canonicalize_name(entry["name"], validate=True))
        except (KeyError, TypeError, InvalidName) as error:
            raise PylockValidationError(f"{package.name}: a dependency without a usable name") from error
    return tuple(sorted(names))


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
    return _utc(value)


def _word(tool: Mapping[str, object], key: str, file: str) -> str | None:
    value = tool.get(key)
    if value is not None and not isinstance(value, str):
        raise InputError(f"tool.proctor.{key} is not a string", file)
    return value


def _sha256(hashes: Mapping[str, str]) -> str | None:
    value = hashes.get("sha256", "").lower()
    return value if re.fullmatch(r"[0-9a-f]{64}", value) else None


def _utc(moment: dt.datetime | None) -> dt.datetime | None:
    return moment.replace(tzinfo=dt.UTC) if moment is not None and moment.tzinfo is None else moment


def _text(value: SpecifierSet | object | None) -> str | None:
    return None if value is None else str(value)


def _line_of(error: PylockValidationError, lines: Sequence[int | None]) -> int | None:
    match = _NUMBER.match(error.context or "")
    return lines[int(match[1])] if match and int(match[1]) < len(lines) else None


def _safe(text: object) -> str:
    return shortened(visible(str(text)), 300)
