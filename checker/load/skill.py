"""One skill: SKILL.md, skill.yaml and locks. A skill's own bad content ends in Problems, not exceptions."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from checker.errors import InputError, Unanswered
from checker.escape import shortened, visible
from checker.load.discover import discover
from checker.load.discover.union import union
from checker.load.lockfile import MAX_BYTES, parse_lock
from checker.load.skill_files import SkillFiles
from checker.load.skill_md import SIZE_LIMIT as SKILL_MD_LIMIT
from checker.load.skill_md import SkillMd, read_skill_md
from checker.load.skill_yaml import SIZE_LIMIT as SKILL_YAML_LIMIT
from checker.load.skill_yaml import SkillYaml, read_skill_yaml
from checker.load.tree_problems import absent, absent_content
from checker.model.base import Location
from checker.model.discovery import Discovery
from checker.model.lock import LOCK_NAME, Lock
from checker.model.plan import SkillFolder
from checker.model.policy import Policy
from checker.model.skill import Problem, Skill
from checker.rules.policy.grants import granted
from checker.tools import Tree

MANIFEST = "skill.yaml"


def lock_name(policy: Policy, number: int) -> str:
    """File name of the lock for the policy's target at `number`: the first one has the short name."""
    return "pylock.toml" if number == 0 else f"pylock.{policy.targets[number].name}.toml"


def load_skill(tree: Tree, folder: SkillFolder, policy: Policy, *, whole: bool = True) -> Skill:
    """The skill in `folder`, judged by nothing yet. Nothing of its content, or lack of it, raises.

    Without `whole`, a skill with a manifest is not searched for imports and other declarations, which is
    enough to tell what it declares.
    """
    if any(problem.fatal for problem in folder.problems):
        return _skill(folder, SkillMd(), SkillYaml(), folder.problems)
    try:
        return _loaded(tree, folder, policy, whole=whole)
    except Unanswered as error:
        problem = absent(folder.skill_md, error).model_copy(update={"fatal": True})
        return _skill(folder, SkillMd(), SkillYaml(), (*folder.problems, problem))


def _loaded(tree: Tree, folder: SkillFolder, policy: Policy, *, whole: bool) -> Skill:
    files = SkillFiles(tree, folder)
    gaps = tuple(absent_content(tree, folder.read_set))
    about, declared = _skill_md(files, folder), _skill_yaml(files, gaps)
    problems = (*folder.problems, *gaps, *about.problems, *declared.problems)
    locks, lock_problems = _locks(files, policy)
    skill = _skill(folder, about, declared, problems).model_copy(
        update={"locks": locks, "lock_problems": lock_problems, "manifest": files.path(MANIFEST)}
    )
    if whole or skill.manifest is None:
        skill = _discovered(tree, folder, skill, policy)
    more = (*_stray_locks(files, policy), *_misnamed(skill, files), *_ungranted(skill, policy))
    return skill.model_copy(update={"problems": (*problems, *more)})


def _discovered(tree: Tree, folder: SkillFolder, skill: Skill, policy: Policy) -> Skill:
    """The skill with what its files say; without a manifest, that is also what it declares."""
    try:
        found = discover(tree, folder, python=skill.python or policy.default_python)
    except Unanswered as error:
        found = Discovery(not_understood=(absent(folder.skill_md, error),))
    entries = tree.entries()
    read = {entry.path: entry for entry in skill.read_set}
    read.update((path, entries[path]) for path in found.outside if path in entries)
    return skill.model_copy(
        update={
            "discovery": found,
            "packages": skill.packages if skill.manifest else union(found, policy),
            "read_set": tuple(entry for _, entry in sorted(read.items())),
        }
    )


def _skill(folder: SkillFolder, about: SkillMd, declared: SkillYaml, problems: tuple[Problem, ...]) -> Skill:
    return Skill(
        id=folder.id,
        name=visible(shortened(about.name, 200)),
        description=visible(shortened(about.description, 2_000)),
        skill_md=folder.skill_md,
        maturity=declared.maturity,
        maturity_location=declared.maturity_location,
        python=declared.python,
        packages=declared.packages,
        test=declared.test,
        files=folder.files,
        read_set=folder.read_set,
        problems=problems,
    )


def _skill_md(files: SkillFiles, folder: SkillFolder) -> SkillMd:
    try:
        content = files.read(folder.skill_md, SKILL_MD_LIMIT)
    except InputError as error:
        return SkillMd(problems=(_unreadable(error),))
    name = posixpath.basename(folder.id) if folder.id != "." else None
    about = read_skill_md(content.data, content.file, name)
    if posixpath.basename(folder.skill_md) == "SKILL.md":
        return about
    odd = Problem(
        message="the file should be named SKILL.md, in capital letters",
        location=Location(file=folder.skill_md),
        remedy="rename it to SKILL.md",
        strict_only=True,
    )
    return SkillMd(about.name, about.description, about.frontmatter, (*about.problems, odd))


def _skill_yaml(files: SkillFiles, gaps: tuple[Problem, ...]) -> SkillYaml:
    path = files.path(MANIFEST)
    if path is None or any(gap.location.file == path for gap in gaps):
        return SkillYaml()
    try:
        content = files.read(path, SKILL_YAML_LIMIT)
    except InputError as error:
        return SkillYaml(problems=(_unreadable(error).model_copy(update={"fatal": True}),))
    return read_skill_yaml(content.data, content.file)


def _locks(files: SkillFiles, policy: Policy) -> tuple[dict[str, Lock], dict[str, Problem]]:
    """The locks that are there, by target; those that cannot be read as problems."""
    locks: dict[str, Lock] = {}
    problems: dict[str, Problem] = {}
    for number, target in enumerate(policy.targets):
        path = files.path(lock_name(policy, number))
        if path is None:
            continue
        try:
            content = files.read(path, MAX_BYTES)
            locks[target.name] = parse_lock(content.data, content.file, target.name)
        except InputError as error:
            problems[target.name] = _unreadable(error)
    return locks, problems


def _stray_locks(files: SkillFiles, policy: Policy) -> Iterator[Problem]:
    """Locks that an installer would take and that are for no target, so that no check looks at them."""
    judged = {files.path(lock_name(policy, number)) for number in range(len(policy.targets))}
    for path in files.beside(LOCK_NAME):
        if path not in judged:
            yield Problem(
                message="this lock is for no target of the policy, so nothing in it is examined",
                location=Location(file=path),
                remedy=f"remove it, or let the policy's owners name its target in {policy.file}",
            )


def _unreadable(error: InputError) -> Problem:
    return Problem(message=visible(error.message), location=Location(file=error.file, line=error.line))


def _misnamed(skill: Skill, files: SkillFiles) -> Iterator[Problem]:
    for path in files.similar(MANIFEST):
        yield Problem(
            message=f"this file is not read: the manifest is named {MANIFEST}",
            location=Location(file=path),
            remedy=f"rename it to {MANIFEST}" if skill.manifest is None else "remove it",
        )


def _ungranted(skill: Skill, policy: Policy) -> Iterator[Problem]:
    """A level that the policy's `grants` do not give to the skill's path."""
    if policy.grants is None or skill.maturity is None or skill.maturity_location is None:
        return
    allowed = granted(policy, skill.id)
    if skill.maturity in allowed:
        return
    words = f"only {', '.join(allowed)}" if allowed else "no level"
    yield Problem(
        message=f"the policy does not grant `maturity: {skill.maturity}` to this skill ({words})",
        location=skill.maturity_location,
        remedy=f"declare a granted level, or ask the policy's owners for a grant in {policy.file}",
    )
