"""How a name and a range of its versions are called in a sentence. Pure."""

from __future__ import annotations

from typing import Protocol

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName


class Ranged(Protocol):
    """What has a name and a range of versions: an entry of the registry, or a row of its file."""

    @property
    def name(self) -> NormalizedName:
        """PEP 503 name."""

    @property
    def versions(self) -> SpecifierSet:
        """The range; empty for any version."""


def which(entry: Ranged) -> str:
    """`pandas >=2.2,<3`, or `every version of pandas`."""
    return f"{entry.name} {entry.versions}" if str(entry.versions) else f"every version of {entry.name}"
