"""A source archive, looked at while it is unpacked: limits on bytes, files and ratio, safe names only.

It is unpacked into memory, to become the files of an image, and never onto this machine's disk.
"""

from __future__ import annotations

import gzip
import io
import tarfile
import tomllib
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

from checker.engines.sandbox.images.unpack import MAX_RATIO
from checker.engines.sandbox.images.wheel_contents import bad, safe_path
from checker.escape import visible
from checker.rules.toml_keys import too_dotted

MAX_FILES = 20_000
_RATIO_FLOOR = 16 * 1024 * 1024
#: What a project without `[build-system]` is built with (PEP 517).
_LEGACY = {"requires": ["setuptools"], "build-backend": "setuptools.build_meta:__legacy__"}


@dataclass(frozen=True)
class Source:
    """A source tree: files by path below its one folder (content, executable), and how it is to be built."""

    files: Mapping[str, tuple[bytes, bool]]
    requires: tuple[Requirement, ...]
    backend: str
    backend_path: tuple[str, ...]


def read_sdist(path: Path, max_bytes: int) -> Source:
    """Unpack `name-version.tar.gz`, to at most `max_bytes`. Raises InputError naming the archive."""
    if not path.name.endswith(".tar.gz"):
        raise bad(path, "is no .tar.gz, as source archives are (PEP 625)")
    try:
        with gzip.open(path) as packed:
            reader = _Capped(packed, path, max_bytes)
            with tarfile.open(fileobj=reader, mode="r|", errorlevel=2) as archive:
                files = dict(_files(archive, path))
    except (tarfile.TarError, OSError, EOFError, zlib.error, ValueError, RecursionError) as error:
        raise bad(path, f"cannot be read as a source archive: {visible(str(error))}") from error
    return _source(path, files)


class _Capped(io.RawIOBase):
    """Stops an archive that unpacks to too much before any of it is kept, headers included."""

    def __init__(self, packed: gzip.GzipFile, path: Path, limit: int) -> None:
        self._packed, self._path, self._limit = packed, path, limit
        self._size, self._total = path.stat().st_size, 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if size > self._limit:
            raise bad(self._path, f"has a part of {size} bytes; {self._limit} are allowed for all")
        data = self._packed.read(size)
        self._total += len(data)
        if self._total > self._limit:
            raise bad(self._path, f"unpacks to more than {self._limit} bytes (`sandbox.max_unpacked_mb`)")
        if self._total > _RATIO_FLOOR and self._total > MAX_RATIO * self._size:
            raise bad(self._path, f"unpacks to more than {MAX_RATIO} times its size")
        return data


def _files(archive: tarfile.TarFile, path: Path) -> Iterator[tuple[str, tuple[bytes, bool]]]:
    top, seen = set[str](), set[str]()
    for member in archive:
        name = member.name.removesuffix("/")
        problem = safe_path(name)
        if not problem and not (member.isreg() or member.isdir()):
            problem = "is a link or a special file"
        first, _, rest = name.partition("/")
        top.add(first)
        if not problem and (name in seen or len(top) > 1):
            problem = "is there twice" if name in seen else "lies outside of the archive's one folder"
        if problem:
            raise bad(path, f"`{visible(member.name)}` {problem}")
        if len(seen) >= MAX_FILES:
            raise bad(path, f"has more than {MAX_FILES} files")
        seen.add(name)
        content = archive.extractfile(member) if member.isreg() else None
        if content is not None and rest:
            yield rest, (content.read(), bool(member.mode & 0o100))


def _source(path: Path, files: Mapping[str, tuple[bytes, bool]]) -> Source:
    try:
        text = files["pyproject.toml"][0].decode() if "pyproject.toml" in files else ""
        if too_dotted(text):
            raise ValueError("its keys have too many parts")
        project = tomllib.loads(text)
        system = {**_LEGACY, **project.get("build-system", {})}
        requires = tuple(Requirement(text) for text in system["requires"])
        backend, search = str(system["build-backend"]), tuple(map(str, system.get("backend-path", ())))
    except (ValueError, TypeError, AttributeError, RecursionError, InvalidRequirement) as error:
        raise bad(path, f"says in no way that can be read how it is built: {visible(str(error))}") from error
    if any(safe_path(folder) for folder in search if folder != "."):
        raise bad(path, "has a build backend outside of its folder")
    return Source(files, requires, backend, search)
