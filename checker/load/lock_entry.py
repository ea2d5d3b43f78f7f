"""A `[[packages]]` table of a PEP 751 lock, held against the standard by `packaging.pylock`, to the model."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import TypeAlias

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

from checker.model.lock import LockedDistribution, LockedFile

Table: TypeAlias = dict[str, object]

_LOCK: Mapping[str, object] = {"lock-version": "1.0", "created-by": ""}


def read_entry(table: Table) -> LockedDistribution:
    """Read a table as TOML gives it. Raises PylockValidationError, which speaks of `packages[0]`."""
    package = Pylock.from_dict({**_LOCK, "packages": [table]}).packages[0]
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
        upload_time=utc(archive.upload_time),
    )


def _file(found: PackageWheel | PackageSdist) -> LockedFile:
    return LockedFile(
        filename=found.filename,
        url=found.url,
        path=found.path,
        sha256=_sha256(found.hashes),
        size=found.size,
        upload_time=utc(found.upload_time),
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


def _sha256(hashes: Mapping[str, str]) -> str | None:
    value = hashes.get("sha256", "").lower()
    return value if re.fullmatch(r"[0-9a-f]{64}", value) else None


def utc(moment: dt.datetime | None) -> dt.datetime | None:
    """A time without a zone is UTC."""
    return moment.replace(tzinfo=dt.UTC) if moment is not None and moment.tzinfo is None else moment


def _text(value: SpecifierSet | object | None) -> str | None:
    return None if value is None else str(value)
