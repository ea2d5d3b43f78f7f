"""Two histories and where they parted, in a clone that may lack most of both."""

from __future__ import annotations

from typing import NamedTuple

from checker.engines.git.fetch import Remote
from checker.engines.git.refs import TooShallow
from checker.engines.git.repository import Git

#: Asked for in turn, until the history suffices.
_DEPTHS = ("--depth=20", "--depth=200", "--depth=2000", "--unshallow")
_BASE, _HEAD = "refs/proctor/base", "refs/proctor/head"


class Meeting(NamedTuple):
    """Commit ids of head, base tip and merge base; whether the base's history ever held `policies`."""

    head: str
    tip: str
    fork: str
    policy_ever: bool


def meet(git: Git, remote: Remote | None, head: str, base: str, *, policies: str = "policies") -> Meeting:
    """Find where `head` (a commit id) and `base` (a commit id or a full branch name) parted.

    A branch is always fetched: what the clone holds of it may be old. Without a `remote` the clone has to do.
    Raises UsageError (no common history, no such reference) and Unanswered (what is missing cannot be had).
    """
    if remote is None:
        return _met(git, head, git.resolve(base), policies)
    wanted = {base: _BASE, head: _HEAD}
    if not git.shallow:  # a depth would cut what is whole
        git.fetch(remote, wanted)
    for depth in _DEPTHS if git.shallow else ():
        git.fetch(remote, wanted, depth)
        try:
            return _met(git, head, git.resolve(_BASE), policies)
        except TooShallow:
            continue
    return _met(git, head, git.resolve(_BASE), policies)


def ensure(git: Git, remote: Remote | None, commit: str) -> None:
    """Have a single commit, without its history. Raises UsageError and Unanswered."""
    if not git.has(commit) and remote is not None:
        git.fetch(remote, {commit: _HEAD}, "--depth=1")
    git.resolve(commit)


def _met(git: Git, head: str, tip: str, policies: str) -> Meeting:
    head = git.resolve(head)
    return Meeting(head, tip, git.merge_base(tip, head), git.ever_held(tip, policies))
