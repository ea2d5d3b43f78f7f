"""What to examine, and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from pydantic import ConfigDict, SkipValidation

from checker.model.base import Frozen
from checker.model.level import Level
from checker.model.policy import Policy
from checker.model.skill import Entry, Problem, Skill


class SkillFolder(Frozen):
    """Where a skill lives, before it is parsed: enough to tell whether it changed.

    `read_set` holds every entry that can change what Proctor says of the skill, also outside its folder.
    `problems` are those of the tree around it: colliding ids, symlinks that lead nowhere, submodules.
    """

    id: str
    skill_md: str
    files: tuple[Entry, ...]
    read_set: tuple[Entry, ...]
    problems: tuple[Problem, ...] = ()


class Repository(Frozen):
    """One revision: its skills' folders by id, and what is wrong with the tree itself."""

    revision: str
    folders: SkipValidation[Mapping[str, SkillFolder]] = {}
    problems: tuple[str, ...] = ()


class Affected(Frozen):
    """A skill to examine and the reasons (`changed: scripts/a.py`, `registry entry changed: pandas`)."""

    folder: SkillFolder
    because: tuple[str, ...]


class Plan(Frozen):
    """The outcome of comparing base and head. `notes` are changes a reviewer should see (deleted skills…)."""

    affected: tuple[Affected, ...] = ()
    notes: tuple[str, ...] = ()


class Examinee(Frozen):
    """A parsed skill under examination, at the level it is judged at."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    skill: Skill
    level: Level
    because: tuple[str, ...] = ()


class Exam(Frozen):
    """Everything a check may know: the policy, the skills, the clock and the flags.

    `before` holds, by id, the same skills as they were at the merge base; empty where there is none.
    `compared` tells whether there is a merge base, which may have held none of these skills.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    policy: Policy
    examinees: tuple[Examinee, ...]
    now: dt.datetime
    offline: bool = False
    before: dict[str, Skill] = {}
    compared: bool = False
