"""The commits that touched some paths, oldest first, with who made them and when."""

from __future__ import annotations

import datetime as dt
import re

from checker.engines.git.command import ENGINE
from checker.engines.git.objects import Objects
from checker.errors import Unanswered
from checker.model.history import Commit, Person

_MAX_COMMIT = 1024 * 1024
_PERSON = re.compile(r"(?P<name>.*?) ?<(?P<email>[^>]*)> (?P<time>\d{1,12}) [+-]\d{4}")


def read_commit(objects: Objects, oid: str) -> Commit:
    """A commit by its full id. Raises Unanswered where its header says no time."""
    content = objects.read(oid, "commit", _MAX_COMMIT).decode("utf-8", "backslashreplace")
    header, _, message = content.partition("\n\n")
    fields = [line.partition(" ") for line in header.split("\n")]
    committer, time = _person(oid, fields, "committer")
    return Commit(
        id=oid,
        parents=tuple(value for key, _, value in fields if key == "parent"),
        author=_person(oid, fields, "author")[0],
        committer=committer,
        time=time,
        subject=message.strip().partition("\n")[0],
    )


def _person(oid: str, fields: list[tuple[str, str, str]], role: str) -> tuple[Person, dt.datetime]:
    line = next((value for key, _, value in fields if key == role), "")
    found = _PERSON.fullmatch(line)
    try:
        if found is not None:
            time = dt.datetime.fromtimestamp(int(found["time"]), dt.UTC)
            return Person(found["name"], found["email"]), time
    except (ValueError, OverflowError, OSError):
        pass  # a year that no calendar has: as unusable as no time
    raise Unanswered(ENGINE, f"commit {oid} has no usable {role}")
