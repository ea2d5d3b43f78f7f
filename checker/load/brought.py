"""Which packages each skill brings, declared or locked: what a change to the registry can meet.

Told from notes of earlier runs where these hold, so that no lock or manifest is parsed twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import cast

from packaging.utils import NormalizedName

from checker.load.recall import Recall, digest
from checker.load.skill import load_skill
from checker.model.level import Level
from checker.model.plan import SkillFolder
from checker.model.policy import Policy
from checker.rules.policy.diff import NARROW, Brought
from checker.tools import Tree


def brought(
    tree: Tree, folders: Iterable[SkillFolder], policy: Policy, recall: Recall, *, by_name: bool = True
) -> Iterator[tuple[SkillFolder, Brought]]:
    """Each skill and what it brings, as it is read under this policy; without `by_name` the skills alone."""
    if not by_name:
        yield from ((folder, Brought(folder.id, frozenset(), None, unreadable=False)) for folder in folders)
        return
    notes, settings = (
        recall.notes("brought", _written, _read),
        digest(policy.model_dump_json(exclude=set(NARROW))),
    )
    for folder in folders:
        if any(problem.fatal for problem in folder.problems):  # told by the tree around it: nothing is read
            yield folder, Brought(folder.id, frozenset(), None, unreadable=True)
            continue

        def work(watched: Tree, folder: SkillFolder = folder) -> Brought:
            return Brought.by(load_skill(watched, folder, policy, whole=False))

        about = [settings, folder.id, folder.skill_md, [entry.path for entry in folder.files]]
        yield folder, notes.take(tree, folder.read_set, about, work).value
    notes.keep()


def _written(brought: Brought) -> object:
    return [brought.skill, sorted(brought.names), brought.maturity, brought.unreadable]


def _read(value: object) -> Brought:
    """Raises ValueError for what `_written` never says."""
    match value:
        case [str() as skill, list() as names, (str() | None) as maturity, bool() as unreadable]:
            level = Level(maturity) if maturity is not None else None
            return Brought(skill, cast("frozenset[NormalizedName]", frozenset(names)), level, unreadable)
    raise ValueError("not what a skill brings")
