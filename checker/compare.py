"""Base and head → which skills to examine and why, and what a reviewer should see. Pure.

A skill is affected when any entry it is read from differs: content, kind, or being there at all.
"""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Iterator, Mapping

from checker.escape import shortened, visible
from checker.model.plan import Affected, Plan, Repository, SkillFolder
from checker.model.skill import Entry, Skill
from checker.rules.globs import matches

_MAX_REASONS = 5
_MAX_SHOWN = 120
#: Relative path, kind and digest of every file of a skill: equal contents wherever the skill lies.
_Content = frozenset[tuple[str, str, str]]


def compare(base: Repository | None, head: Repository, among: Collection[str] | None = None) -> Plan:
    """What the change from `base` to `head` affects, by skill id; without a base, every skill of `head`.

    With `among`, all other skills that are in both are known to be read from the same entries.
    """
    if base is None:
        everything = (Affected(folder=f, because=("no base to compare with",)) for f in _by_id(head))
        return Plan(affected=tuple(everything))
    moved = _moves(base, head)
    asked = sorted(head.folders if among is None else {*among, *(set(head.folders) - set(base.folders))})
    affected = ((head.folders[skill], _because(base, head.folders[skill], moved)) for skill in asked)
    return Plan(
        affected=tuple(Affected(folder=folder, because=because) for folder, because in affected if because),
        notes=tuple(_notes(base, head, moved)),
    )


def selects(pattern: str, skills: Iterable[str]) -> bool:
    """Whether the path glob `pattern` fits any of these skills."""
    wanted = posixpath.normpath(pattern)
    return any(_selected(skill, wanted) for skill in skills)


def narrow(plan: Plan, pattern: str) -> Plan:
    """Only the skills whose id, or the last part of it, fits the path glob `pattern`. The notes stay."""
    wanted = posixpath.normpath(pattern)
    kept = tuple(affected for affected in plan.affected if _selected(affected.folder.id, wanted))
    return plan.model_copy(update={"affected": kept})


def skill_notes(before: Skill | None, after: Skill) -> tuple[str, ...]:
    """What a reviewer should always see of a change to a skill: its maturity, and tests that went away."""
    if before is None:
        return ()
    return (*_maturity_notes(before, after), *_test_notes(before, after))


def _by_id(repository: Repository) -> list[SkillFolder]:
    return [folder for _, folder in sorted(repository.folders.items())]


def _selected(skill: str, wanted: str) -> bool:
    return skill == wanted or matches(wanted, skill) or matches(wanted, posixpath.basename(skill))


def _because(base: Repository, after: SkillFolder, moved: Mapping[str, str]) -> tuple[str, ...]:
    before = base.folders.get(after.id)
    if after.id in moved:
        return (f"moved from {_shown(moved[after.id])}",)
    if before is None:
        return ("new skill",)
    reasons = sorted(_differences(before.read_set, after.read_set, after.id))
    if before.skill_md != after.skill_md and not reasons:
        reasons = [f"changed: {_relative(after.skill_md, after.id)}"]
    more = len(reasons) - _MAX_REASONS
    return (*reasons[:_MAX_REASONS], *([f"+{more} more"] if more > 0 else []))


def _differences(before: tuple[Entry, ...], after: tuple[Entry, ...], skill: str) -> Iterator[str]:
    """One reason for each path whose entries differ. The order of entries does not matter."""
    if before == after:
        return
    old, new = frozenset(before), frozenset(after)
    known = {entry.path for entry in old}
    left = {entry.path for entry in new}
    for path in {entry.path for entry in old ^ new}:
        word = "removed" if path not in left else "changed" if path in known else "added"
        yield f"{word}: {_relative(path, skill)}"


def _moves(base: Repository, head: Repository) -> dict[str, str]:
    """New id → old id of skills that are gone in one place and are there, unchanged, in another."""
    gone: dict[_Content, list[str]] = {}
    for skill in sorted(set(base.folders) - set(head.folders)):
        gone.setdefault(_content(base.folders[skill]), []).append(skill)
    moves = {}
    for skill in sorted(set(head.folders) - set(base.folders)):
        if old := gone.get(_content(head.folders[skill])):
            moves[skill] = old.pop(0)
    return moves


def _content(folder: SkillFolder) -> _Content:
    prefix = "" if folder.id == "." else f"{folder.id}/"
    return frozenset((e.path.removeprefix(prefix), e.kind, e.digest) for e in folder.files)


def _notes(base: Repository, head: Repository, moved: Mapping[str, str]) -> Iterator[str]:
    for new, old in sorted(moved.items()):
        yield f"moved: {_shown(old)} to {_shown(new)}"
    for gone in sorted(set(base.folders) - set(head.folders) - set(moved.values())):
        yield f"deleted: {_shown(gone)}"


def _maturity_notes(before: Skill, after: Skill) -> Iterator[str]:
    old, new = (skill.maturity or "the policy's default" for skill in (before, after))
    if old != new:
        yield f"maturity changed from {old} to {new}"


def _test_notes(before: Skill, after: Skill) -> Iterator[str]:
    if before.test != after.test:
        yield (
            "test command removed"
            if after.test is None
            else f"test command changed to {_command(after.test)}"
        )
    old, new = _tests(before), _tests(after)
    if old and not new:
        yield f"all {len(old)} test files removed" if len(old) > 1 else "the only test file removed"
    elif len(new) < len(old):
        yield f"fewer test files: {len(new)} instead of {len(old)}"
    elif (after.test_functions or 0) < (before.test_functions or 0):
        yield f"fewer tests: {after.test_functions} instead of {before.test_functions}"
    elif gone := sorted(old - new):
        yield f"test files replaced: {', '.join(map(_shown, gone[:_MAX_REASONS]))} gone"


def _tests(skill: Skill) -> frozenset[str]:
    """The skill's test modules by pytest's naming, and every other Python file in a folder of tests."""
    return frozenset(path for path in map(skill.relative, skill.python_files) if _is_test(path))


def _is_test(path: str) -> bool:
    *folders, name = path.split("/")
    return name.startswith("test_") or name.endswith("_test.py") or not {"test", "tests"}.isdisjoint(folders)


def _command(argv: Iterable[str]) -> str:
    return _shown(" ".join(argv))


def _relative(path: str, skill: str) -> str:
    """`path` as seen from the skill: `scripts/a.py`, `../common.txt`."""
    return _shown(posixpath.relpath(f"/{path}", f"/{skill}"))


def _shown(path: str) -> str:
    return shortened(visible(path), _MAX_SHOWN)
