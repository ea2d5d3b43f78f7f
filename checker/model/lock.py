"""A PEP 751 lock as Proctor reads it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

from packaging.utils import NormalizedName
from packaging.version import Version
from pydantic import ConfigDict

from checker.model.base import Frozen, Location

#: What PEP 751 lets a lock be called, in any letter case.
LOCK_NAME = re.compile(r"pylock\.(?:[^.]+\.)?toml", re.IGNORECASE)


class Pin(NamedTuple):
    """One distribution at one version, the unit that advisories and approvals speak of."""

    name: NormalizedName
    version: Version

    def __str__(self) -> str:
        """`name==version`, the form of a requirements file."""
        return f"{self.name}=={self.version}"


class LockedFile(Frozen):
    """A wheel or sdist named by a lock. `url` may be None (a local `path` stands in `path`)."""

    filename: str
    url: str | None = None
    path: str | None = None
    sha256: str | None = None
    size: int | None = None
    upload_time: dt.datetime | None = None


class LockedDistribution(Frozen):
    """One `[[packages]]` entry.

    `direct_source` tells of a VCS, directory or archive entry (None for an index file). `requires` are the
    names of the entries it depends on *as the lock claims* (None when the lock does not say). Where it stands
    is the lock's to tell: the same entry in many locks is one value.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    name: NormalizedName
    version: Version | None
    marker: str | None = None
    index: str | None = None
    direct_source: str | None = None
    wheels: tuple[LockedFile, ...] = ()
    sdist: LockedFile | None = None
    requires: tuple[NormalizedName, ...] | None = None

    @cached_property
    def pin(self) -> Pin | None:
        """Name and version, or None where the lock gives no version (a directory or VCS source)."""
        return Pin(self.name, self.version) if self.version is not None else None


class Lock(Frozen):
    """A whole lock. `target` is the policy's target name it was read for; `file` its path.

    `locked_target`, `locked_python` and `exclude_newer` are what its `[tool.proctor]` claims. `lines` has the
    line of each distribution, in their order (None where it is not known).
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    file: str
    target: str
    requires_python: str | None = None
    environments: tuple[str, ...] = ()
    exclude_newer: dt.datetime | None = None
    locked_target: str | None = None
    locked_python: str | None = None
    distributions: tuple[LockedDistribution, ...] = ()
    lines: tuple[int | None, ...] = ()

    @cached_property
    def pins(self) -> frozenset[Pin]:
        """Every (name, version) of the lock that has a version."""
        return frozenset(d.pin for d in self.distributions if d.pin is not None)

    def place_of(self, name: NormalizedName) -> Location:
        """Where the entry of that name stands; of duplicates, which are a finding of their own, the last."""
        return Location(file=self.file, line=self._line_by_name.get(name))

    @cached_property
    def _line_by_name(self) -> Mapping[NormalizedName, int | None]:
        return {d.name: line for d, line in zip(self.distributions, self.lines, strict=False)}
