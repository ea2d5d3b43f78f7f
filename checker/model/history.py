"""What a repository's history says of its policy: commits, and the decisions they made."""

from __future__ import annotations

import datetime as dt
from typing import Literal, NamedTuple

from checker.model.base import Frozen


class Person(NamedTuple):
    """A name and an address as somebody configured them: git does not check either."""

    name: str
    email: str

    def __str__(self) -> str:
        """`Name <address>`."""
        return f"{self.name} <{self.email}>"


class Commit(Frozen):
    """One commit. `time` is the committer's clock, UTC; `parents` are full ids."""

    id: str
    parents: tuple[str, ...]
    author: Person
    committer: Person
    time: dt.datetime
    subject: str


class Event(Frozen):
    """One decision, as one commit made it.

    `kind` is what was decided on (`approved`, `pending` or `banned` package, or a `waiver`), `subject` the
    package, or the waived rule and subject. `claimed_by` is what the file says (`approved_by`, `owner`);
    `committer` and `author` are git's. An `unreadable` file is an event, too: its decisions are not known.
    """

    time: dt.datetime
    commit: str
    committer: str
    author: str
    action: Literal["added", "changed", "removed", "unreadable"]
    kind: str
    subject: str
    versions: str = ""
    level: str = ""
    claimed_by: str = ""
    expires: str = ""
    reason: str = ""
    file: str = ""
    message: str = ""
