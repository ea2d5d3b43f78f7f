"""The locks that are missing, a few at a time: most of the time is spent waiting for the package index."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from checker.commands.lock import failure_text
from checker.errors import InputError, Unanswered
from checker.model.policy import Policy
from checker.model.skill import Skill
from checker.overlap import overlapped
from checker.rules.lock.locking import lock_path, lock_skill
from checker.tools import Conflict, Progress, Resolver, Tree

#: Each resolution is a process of its own; the index client answers all of them.
_AT_ONCE = 4


#: How the resolver names the Python that a distribution needs.
_NEEDS = re.compile(r"Python\s*>=\s*3\.([0-9]{1,2})\b")
_NEWER_TRIES = 3


@dataclass(frozen=True)
class Locks:
    """`texts` are new locks by path, `failures` a text by skill id; `asked` is False where none was tried.

    `pythons` maps a skill to the Python it was locked for, where that is newer than the one it was to have.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    failures: Mapping[str, str] = field(default_factory=dict)
    pythons: Mapping[str, str] = field(default_factory=dict)
    asked: bool = True


@dataclass(frozen=True)
class _Locked:
    """The locks of one skill, or why there are none, and the Python they are for."""

    texts: Mapping[str, str] = field(default_factory=dict)
    failure: str = ""
    python: str | None = None


def make_locks(
    tree: Tree,
    policy: Policy,
    skills: Sequence[Skill],
    make_resolver: Callable[[], Resolver] | None,
    now: dt.datetime,
    progress: Progress,
    *,
    free: Collection[str],
) -> Locks:
    """Lock every skill that declares packages and lacks a lock; one that is there is never replaced.

    The skills in `free` have no `skill.yaml` yet: they may move to the Python that their packages need.
    """
    entries = tree.entries()
    wanted = [skill for skill in skills if _missing(skill, policy, entries)]
    if make_resolver is None or not wanted:
        return Locks(asked=make_resolver is not None)
    resolver = make_resolver()

    def one(skill: Skill) -> _Locked:
        progress.step("locking", skill.id)
        return _locked(skill, policy, resolver, now, tries=_NEWER_TRIES if skill.id in free else 0)

    made = zip(wanted, overlapped(one, wanted, _AT_ONCE, "locks"), strict=True)
    answers = {skill.id: answer for skill, answer in made}
    texts = {path: text for answer in answers.values() for path, text in answer.texts.items()}
    return Locks(
        texts={path: text for path, text in texts.items() if path not in entries},
        failures={skill: answer.failure for skill, answer in answers.items() if answer.failure},
        pythons={skill: answer.python for skill, answer in answers.items() if answer.python},
    )


def _locked(skill: Skill, policy: Policy, resolver: Resolver, now: dt.datetime, *, tries: int) -> _Locked:
    """Lock with the skill's Python, else with the newer one that the resolver says is needed."""
    try:
        return _Locked(lock_skill(skill, policy, resolver, now))
    except (InputError, Unanswered) as error:
        return _Locked(failure=failure_text(skill, error))
    except Conflict as conflict:
        newer = _newer(conflict.explanation, skill.python or policy.default_python) if tries else None
        if newer is None:
            return _Locked(failure=failure_text(skill, conflict))
        # No lock is possible below it, so the newer one holds whether or not there is one with it.
        moved = _locked(_with_python(skill, newer), policy, resolver, now, tries=tries - 1)
        return replace(moved, python=moved.python or newer)


def _newer(explanation: str, python: str) -> str | None:
    """The lowest Python above `python` that the explanation asks for."""
    current = int(python.partition(".")[2])
    asked = sorted({int(found) for found in _NEEDS.findall(explanation) if int(found) > current})
    return f"3.{asked[0]}" if asked else None


def _with_python(skill: Skill, python: str) -> Skill:
    return skill.model_copy(update={"python": python})


def _missing(skill: Skill, policy: Policy, entries: Mapping[str, object]) -> bool:
    paths = (lock_path(skill, policy, target) for target in policy.targets)
    return skill.manifest is not None and bool(skill.packages) and any(path not in entries for path in paths)
