"""`proctor lock`: the locks of many skills, each on its own: one that cannot be made stops no other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from checker.commands.examinee import find_examinee
from checker.errors import InputError, Unanswered
from checker.escape import visible
from checker.load.repository import load_repository
from checker.load.skill import load_skill
from checker.model.policy import Policy
from checker.model.skill import Skill
from checker.overlap import overlapped
from checker.rules.lock.locking import changed, lock_skill
from checker.tools import Conflict, Progress, Resolver, Tree

#: Each resolution is a process that mostly waits for the package index.
_AT_ONCE = 4
#: So many skills are in memory at a time.
_BATCH = 64


class Failure(NamedTuple):
    """Why a skill has no lock: what a person should read, and the error itself."""

    text: str
    error: Conflict | InputError | Unanswered


@dataclass(frozen=True)
class LockReport:
    """`texts` are the files to write, `unchanged` and `without` skill ids, `failures` go by skill id."""

    texts: dict[str, str]
    unchanged: tuple[str, ...]
    without: tuple[str, ...]
    failures: dict[str, Failure]

    def lines(self, *, dry: bool) -> Iterator[str]:
        """What a person should read, in order."""
        verb = "would change" if dry else "wrote"
        yield from (f"{verb} {visible(name)}" for name in self.texts)
        yield from (f"{visible(skill)}: {failure.text}" for skill, failure in self.failures.items())
        yield f"{len(self.texts)} {verb}, {len(self.unchanged)} unchanged, {len(self.failures)} failed" + (
            f", {len(self.without)} declare no packages" if self.without else ""
        )


def lock(
    tree: Tree,
    policy: Policy,
    names: Sequence[str],
    resolver: Resolver,
    now: dt.datetime,
    progress: Progress,
    *,
    upgrade: bool = False,
) -> LockReport:
    """Lock the named skills, or all. Raises UsageError for a name that is no skill."""
    texts: dict[str, str] = {}
    unchanged: list[str] = []
    without: list[str] = []
    failures: dict[str, Failure] = {}

    def one(skill: Skill) -> dict[str, str] | Failure:
        progress.step("locking", skill.id)
        try:
            return lock_skill(skill, policy, resolver, now, upgrade=upgrade)
        except (Conflict, InputError, Unanswered) as error:
            return Failure(failure_text(skill, error), error)

    skills = _skills(tree, policy, names)
    while batch := list(islice(skills, _BATCH)):
        for skill, made in zip(batch, overlapped(one, batch, _AT_ONCE, "lock"), strict=True):
            if isinstance(made, Failure):
                failures[skill.id] = made
                continue
            new = changed(made, tree)
            texts.update(new)
            if not made:
                without.append(skill.id)
            elif not new:
                unchanged.append(skill.id)
    return LockReport(texts, tuple(unchanged), tuple(without), failures)


def _skills(tree: Tree, policy: Policy, names: Sequence[str]) -> Iterator[Skill]:
    if names:
        yield from (find_examinee(tree, policy, name).skill for name in names)
        return
    for folder in load_repository(tree).folders.values():
        yield load_skill(tree, folder, policy)


def failure_text(skill: Skill, error: Exception) -> str:
    """The resolver's own explanation with the clashing declarations, or the error's sentence."""
    if not isinstance(error, Conflict):
        return visible(str(error), newlines=True)
    places = {package.name: package.location for package in skill.packages}
    clashing = "".join(
        f"\n  declared: {visible(name)} at {visible(str(places[name]))}"
        for name in error.clashing
        if name in places
    )
    return f"its declarations cannot be met together\n{visible(error.explanation, newlines=True)}{clashing}"
