"""Submodules outside of all skills: which of them count as one, since a skill may be behind them."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator

from checker.escape import shortened, visible

_USUAL = "skills"


def may_hold_skill(path: str, skills: Collection[str], before: Collection[str]) -> bool:
    """Whether the submodule at `path` must be taken for a skill.

    So it is where skills are: in a folder called `skills`, beside or below where other `skills` lie, or where
    one lay `before`. What cannot be read is not clean. Elsewhere (`vendor/lib`) it is only told of.
    """
    above = set(_above(path))
    if any(posixpath.basename(folder).casefold() == _USUAL for folder in above):
        return True
    homes = {posixpath.dirname(skill) for skill in skills if skill != "."}
    if posixpath.dirname(path) in homes or not homes.isdisjoint(above):
        return True
    return any(skill == path or skill.startswith(f"{path}/") for skill in before)


def unexamined(path: str) -> str:
    """The sentence on a submodule that is no skill."""
    shown = shortened(visible(path), 200)
    return f"{shown}: a submodule outside of all skills; what is in it was not examined"


def _above(path: str) -> Iterator[str]:
    """The folders that hold `path`, without the root."""
    while path := posixpath.dirname(path):
        yield path
