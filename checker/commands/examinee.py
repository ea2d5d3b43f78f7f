"""Find one skill by what a person types."""

from __future__ import annotations

from checker.errors import UsageError
from checker.escape import visible
from checker.load.repository import load_repository
from checker.load.skill import load_skill
from checker.model.plan import Examinee
from checker.model.policy import Policy
from checker.tools import Tree


def find_examinee(tree: Tree, policy: Policy, name: str) -> Examinee:
    """The skill with this folder, or the only one whose folder's last part is `name`. Raises UsageError."""
    folders = load_repository(tree).folders
    wanted = name.rstrip("/").removeprefix("./") or "."
    fitting = [wanted] if wanted in folders else [id_ for id_ in folders if id_.rpartition("/")[2] == wanted]
    if len(fitting) != 1:
        which = (
            f"could be {', '.join(map(visible, fitting))}" if fitting else "is not a skill of this repository"
        )
        raise UsageError(f"{visible(name)} {which}")
    skill = load_skill(tree, folders[fitting[0]], policy)
    return Examinee(skill=skill, level=policy.level_of(skill.maturity))


def usable(examinee: Examinee) -> Examinee:
    """The examinee again, or UsageError with the place of what makes its files unusable."""
    problem = examinee.skill.unusable
    if problem is not None:
        raise UsageError(f"{problem.location}: {problem.message}")
    return examinee
