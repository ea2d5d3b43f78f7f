"""The trees that an event asks to look at, with what the clone lacks fetched."""

from __future__ import annotations

import re
from contextlib import ExitStack
from pathlib import Path

from checker.engines.git import Git
from checker.engines.git.command import find_place
from checker.engines.git.fetch import Remote
from checker.engines.git.meeting import Meeting, ensure, meet
from checker.errors import ProctorError, UsageError
from checker.escape import visible
from checker.github.event import Comparison
from checker.github.runner import Runner
from checker.pipeline import Revisions

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def event_revisions(
    stack: ExitStack, path: Path, runner: Runner, compared: Comparison, base: str | None, *, own_policy: bool
) -> Revisions:
    """Head, base tip and merge base, open until `stack` closes. `base` overrides the event's.

    Raises UsageError and Unanswered: what cannot be had is never "nothing changed".
    """
    git = Git.find(path)
    if git is None:
        raise UsageError(f"{visible(str(path))} is not in a git repository: check it out first")
    stack.enter_context(git)
    remote = Remote(f"{runner.server_url}/{runner.repository}", runner.token)
    if base is not None:
        ensure(git, remote, compared.head)
        return _compared(git, _met(git, remote, compared.head, base), own_policy=own_policy)
    if compared.base is not None:
        try:
            met = meet(git, remote, compared.head, compared.base)
            return _compared(git, met, own_policy=own_policy or compared.own_policy)
        except ProctorError:
            if not compared.base_may_be_gone:
                raise
    ensure(git, remote, compared.head)
    return Revisions(head=git.tree(compared.head))


def _met(git: Git, remote: Remote, head: str, base: str) -> Meeting:
    """With a base of the caller's: as the clone has it, else the server's commit or branch of that name."""
    try:
        return meet(git, None, head, base)
    except UsageError as error:
        if _COMMIT.fullmatch(base):
            return meet(git, remote, head, base)
        full = base if base.startswith("refs/heads/") else f"refs/heads/{base.removeprefix('origin/')}"
        try:
            return meet(git, remote, head, full)
        except ProctorError:
            raise error from None


def folder_in_git(path: Path) -> str:
    """The examined folder below the top of its git repository: "" or `a/b`."""
    place = find_place(path)
    return place.prefix.rstrip("/") if place is not None else ""


def _compared(git: Git, met: Meeting, *, own_policy: bool) -> Revisions:
    return Revisions(
        git.tree(met.head),
        git.tree(met.tip),
        git.tree(met.fork),
        policy_ever=met.policy_ever,
        own_policy=own_policy,
    )
