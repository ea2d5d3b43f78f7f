"""`proctor hook`: what can be said of the staged skills at once, without network and engine.

The policy is the one that is staged, too: this is a first answer on the author's machine. What decides is the
check of the pull request, by the policy of the branch it goes to.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Container, Iterable

from checker.asking import ask
from checker.commands.unasked import unasked
from checker.judge import judge
from checker.load.policy import load_policy
from checker.load.repository import load_repository
from checker.model.plan import Affected, Plan, Repository
from checker.model.verdict import Verdict
from checker.pipeline import discovering, left_out, selected
from checker.planning import exam_of
from checker.tools import Tree

#: What needs a network or an engine.
_OUTSIDE = frozenset({"vulnerabilities", "sandbox"})
LOCK_ONLY = ("lock",)


def everything() -> tuple[str, ...]:
    """The rules of every check that a hook can ask."""
    return tuple(check.RULE for check in selected(()) if check.RULE not in _OUTSIDE)


def examine_staged(
    tree: Tree, paths: Collection[str], rules: Iterable[str], now: dt.datetime
) -> Verdict | None:
    """The verdict on the skills that `paths` (as in the tree) belong to; None where they belong to none.

    Raises PolicyError where the policy that is staged cannot be used: that is told of any commit.
    """
    policy = load_policy(tree)
    plan = touched(load_repository(tree), paths, tree.entries())
    if not plan.affected:
        return None
    checks = selected(tuple(rules))
    exam = exam_of(tree, policy, plan, now, offline=True, whole=discovering(checks))
    tools = unasked(tree, index="a hook asks no index", later="left to `proctor check`")
    outcomes, engines = ask(checks, exam, tools)
    return judge(
        outcomes,
        engines,
        exam.examinees,
        policy,
        now=now,
        base=None,
        head=tree.revision,
        check_order=[check.RULE for check in checks],
        left_out=left_out(checks),
    )


def touched(repository: Repository, paths: Collection[str], entries: Container[str]) -> Plan:
    """The skills that any of `paths` is read for: its own files, and what it links to.

    A path that is none of the `entries` (taken away, or its name is not UTF-8) touches every skill whose
    folder it lies in.
    """
    wanted = frozenset(paths)
    gone = [path for path in wanted if path not in entries]
    affected = (
        Affected(folder=folder, because=("staged",))
        for folder in repository.folders.values()
        if any(entry.path in wanted for entry in folder.read_set)
        or any(folder.id == "." or path.startswith(f"{folder.id}/") for path in gone)
    )
    return Plan(affected=tuple(affected))
