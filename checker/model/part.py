"""One run in several parts, each on a machine of its own: how it is divided, and what a part must carry."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from pydantic import Field

from checker.model.base import Frozen
from checker.model.level import Level
from checker.model.policy import Waiver

#: A GitHub matrix has at most so many jobs.
MOST_PARTS = 256

_Count = Annotated[int, Field(ge=1, le=MOST_PARTS)]


class Shard(NamedTuple):
    """Which part of how many, both from 1."""

    number: int
    of: int

    def __str__(self) -> str:
        """`2/3`, as `--shard` takes it."""
        return f"{self.number}/{self.of}"


class Division(Frozen):
    """What all parts of a run have in common. Parts are joined only where all of it is equal.

    `skills` are the ids of everything there is to examine, in the order of an undivided run. `base` and
    `merge_base` are None without a base, `policy` is the digest of the files that judge, and "" where they
    cannot be read: then there is nothing to divide.
    """

    of: _Count
    head: str
    base: str | None = None
    merge_base: str | None = None
    policy: str = ""
    proctor: str
    skills: tuple[str, ...] = ()


class Part(Frozen):
    """Of a verdict on a part of the skills: which part, and what an undivided verdict cannot be made without.

    `division` is None where the revisions could not be had. `options` are those that decide what was asked.
    `remarks` are the notes on the whole repository, `skill_remarks` those on single skills. `waivers` are all
    that speak of any skill of the division, `waiver_days` the longest a level takes: whether a waiver is
    needed shows only when every part is there.
    """

    number: _Count
    of: _Count
    division: Division | None = None
    options: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    skill_remarks: dict[str, tuple[str, ...]] = {}
    waivers: tuple[Waiver, ...] = ()
    waiver_days: dict[Level, int] = {}

    @property
    def shard(self) -> Shard:
        """Its number, and of how many."""
        return Shard(self.number, self.of)
