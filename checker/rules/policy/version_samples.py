"""Versions that tell specifiers apart: enough to compare what two registries allow. Pure.

A specifier changes its answer only at the versions it names, so it is enough to ask at each of them, just
below, just above, and far away on both sides. What lies between two neighbours is asked as well.
"""

from __future__ import annotations

from collections.abc import Iterable

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

_ENDS = ("0.dev0", "9999!0")


def samples(specifiers: Iterable[SpecifierSet]) -> tuple[Version, ...]:
    """Versions on both sides of every version that the specifiers name, sorted."""
    named = {version for specifier in specifiers for version in _named(specifier)}
    around = {Version(text) for version in named for text in _around(version)}
    return tuple(sorted(around | {Version(end) for end in _ENDS}))


def _named(specifier: SpecifierSet) -> Iterable[Version]:
    for part in specifier:
        try:
            yield Version(part.version.removesuffix(".*"))
        except InvalidVersion:
            continue  # `===` may name any text, which is no version and so is never locked


def _around(version: Version) -> Iterable[str]:
    """The version itself, pre- and post-releases of it, and the next one on each of its positions."""
    epoch = f"{version.epoch}!" if version.epoch else ""
    yield str(version)
    yield f"{version.base_version}.dev0"
    yield f"{version.base_version}.post1"
    yield f"{version.base_version}.0.0.1"
    for position, number in enumerate(version.release):
        head = [*version.release[:position], number + 1]
        yield epoch + ".".join(map(str, head))
