"""The trees that a command looks at: revisions of a repository, or the files on disk."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from checker.engines.git import Git
from checker.engines.worktree import WorkTree
from checker.errors import UsageError
from checker.escape import visible
from checker.pipeline import Revisions
from checker.tools import Tree


def open_revisions(stack: ExitStack, path: Path, *, base: str | None, worktree: bool) -> Revisions:
    """The trees to look at, open until `stack` closes. Raises UsageError."""
    if worktree and base is None:
        return Revisions(head=open_worktree(stack, path))
    git = Git.find(path)
    if git is None:
        raise UsageError(
            f"{visible(str(path))} is not in a git repository (--worktree examines a plain folder)"
        )
    stack.enter_context(git)
    head: Tree = WorkTree(path, git) if worktree else git.tree(git.head())
    if base is None:
        return Revisions(head=head)
    tip = git.resolve(base)
    fork = git.merge_base(tip, git.head())
    return Revisions(head, git.tree(tip), git.tree(fork), policy_ever=git.ever_held(tip, "policies"))


def open_worktree(stack: ExitStack, path: Path) -> Tree:
    """The files on disk, open until `stack` closes. Raises UsageError."""
    if not path.is_dir():
        raise UsageError(f"{visible(str(path))} is not a folder")
    git = Git.find(path)
    return WorkTree(path, stack.enter_context(git) if git is not None else None)
