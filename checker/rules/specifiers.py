"""Version specifiers of unknown origin. Pure."""

from __future__ import annotations

from packaging.specifiers import SpecifierSet


def comparable(specifiers: SpecifierSet) -> SpecifierSet:
    """`specifiers`, once each of them was compared with a version.

    Raises ValueError: a number of thousands of digits is read as text, and only comparing finds it out.
    """
    for specifier in specifiers:
        specifier.contains("0", prereleases=True)
    return specifiers
