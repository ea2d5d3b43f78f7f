"""What GitHub's API answers, as far as Proctor reads it."""

from __future__ import annotations

from typing import Literal

from checker.github.payload import Commit, Told


class User(Told):
    """An account. An Action's own token is `github-actions[bot]`."""

    login: str


class Comment(Told):
    """A comment on an issue or a pull request. `user` is None where the account is gone."""

    id: int
    body: str = ""
    user: User | None = None


class Issue(Told):
    """An issue. GitHub lists pull requests among them: those have `pull_request`."""

    number: int
    title: str
    state: Literal["open", "closed"]
    body: str | None = None
    user: User | None = None
    pull_request: dict[str, object] | None = None


class CommitRef(Told):
    """A commit, named by its id."""

    sha: Commit


class Reference(Told):
    """A branch or tag; `object` is what it points to."""

    object: CommitRef


class Compared(Told):
    """Two commits compared: where their histories parted."""

    merge_base_commit: CommitRef


class TreeEntry(Told):
    """An entry of a tree. `sha` is None for nothing GitHub documents, so it is required."""

    path: str
    mode: str
    sha: Commit


class Listing(Told):
    """A commit's whole tree; `truncated` where it is larger than GitHub tells."""

    tree: tuple[TreeEntry, ...]
    truncated: bool
