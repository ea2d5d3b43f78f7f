"""`proctor lock`: from what a skill declares to the text of its locks, one for each target of the policy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from checker.errors import InputError
from checker.model.policy import Policy, Target
from checker.model.skill import DeclaredPackage, Skill
from checker.rules.lock.graph import Case, graph_of
from checker.rules.lock.shape import judge_shape
from checker.rules.lock.step import judge_step
from checker.rules.lock.text import requirement_line
from checker.tools import LockRequest, Resolver, Tree

#: A file larger than any lock cannot be equal to one.
_MAX_BYTES = 5_000_000


def lock_skill(
    skill: Skill, policy: Policy, resolver: Resolver, now: dt.datetime, *, upgrade: bool = False
) -> dict[str, str]:
    """Text of each lock of `skill` by repository-relative path; empty for a skill without packages.

    A lock that is still in step keeps its date, so that locking again changes nothing; `upgrade` looks for
    newer releases. Raises Conflict, Unanswered, and InputError for a declaration that may not be resolved.
    """
    if skill.unusable is not None:
        problem = skill.unusable
        raise InputError(problem.message, problem.location.file, problem.location.line)
    if not skill.packages:
        return {}
    for package in skill.packages:
        _check(package, policy)
    return {
        lock_path(skill, policy, target): resolver.lock(_request(skill, policy, target, now, upgrade=upgrade))
        for target in policy.targets
    }


def lock_path(skill: Skill, policy: Policy, target: Target) -> str:
    """Repository-relative path of the skill's lock for `target`."""
    name = policy.lock_file(target)
    return name if skill.id == "." else f"{skill.id}/{name}"


def changed(texts: Mapping[str, str], tree: Tree) -> dict[str, str]:
    """Those of `texts` that differ from what the tree holds; empty when nothing is to be written."""
    return {path: text for path, text in texts.items() if _read(tree, path) != text.encode("utf-8")}


def _check(package: DeclaredPackage, policy: Policy) -> None:
    requirement, place = package.requirement, package.location
    if requirement.url is not None and requirement.url not in policy.direct_sources:
        message = f"{package.name} is declared from an address that the policy does not name"
        raise InputError(message, place.file, place.line)
    try:
        requirement_line(requirement)
    except ValueError as error:
        raise InputError(f"the requirement for {package.name} {error}", place.file, place.line) from error


def _request(skill: Skill, policy: Policy, target: Target, now: dt.datetime, *, upgrade: bool) -> LockRequest:
    python = target.python or skill.python or policy.default_python
    return LockRequest(
        requirements=tuple(package.requirement for package in skill.packages),
        python=python,
        target=target,
        exclude_newer=_newest(skill, policy, target, now, upgrade=upgrade),
        source_builds=policy.source_builds,
        timeout_seconds=policy.lock.timeout_seconds,
    )


def _newest(skill: Skill, policy: Policy, target: Target, now: dt.datetime, *, upgrade: bool) -> dt.datetime:
    """The newest upload the lock may use: the policy's date, the lock's own, or now less the minimum age."""
    latest = now.astimezone(dt.UTC).replace(microsecond=0) - dt.timedelta(days=policy.min_release_age_days)
    if policy.lock.exclude_newer is not None:
        return min(latest, policy.lock.exclude_newer)
    kept = None if upgrade else _date_of_lock(skill, policy, target)
    return min(latest, kept) if kept is not None else latest


def _date_of_lock(skill: Skill, policy: Policy, target: Target) -> dt.datetime | None:
    """The date of a lock that is in step with the declarations as far as the lock itself tells."""
    lock = skill.locks.get(target.name)
    if lock is None:
        return None
    case = Case(skill=skill, policy=policy, target=target, lock=lock)
    graph = graph_of(case, None)
    in_step = not graph.unknown and not any(judge_shape(case)) and not any(judge_step(case, graph))
    return lock.exclude_newer if in_step else None


def _read(tree: Tree, path: str) -> bytes | None:
    try:
        return tree.read(path, _MAX_BYTES)
    except InputError:
        return None  # missing, or nothing that a lock can be: it is written anew
