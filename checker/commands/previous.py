"""Read a verdict that an earlier run left behind. It comes from outside: nothing in it is taken on trust."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from checker.errors import UsageError
from checker.escape import visible
from checker.load.json_file import read_json
from checker.model.verdict import Verdict

MAX_BYTES = 64 * 1024 * 1024


def read_previous(path: Path, now: dt.datetime) -> Verdict:
    """The verdict in a file. Raises UsageError: no verdict, of a change alone, or from after `now`."""
    name = f"--previous {visible(str(path))}"
    verdict = read_verdict(path, name, MAX_BYTES)
    if problem := _unfit(verdict, now):
        raise UsageError(f"{name} {problem}")
    return verdict


def read_verdict(path: Path, name: str, max_bytes: int) -> Verdict:
    """Any verdict in a file of at most `max_bytes`. Raises UsageError that begins with `name`."""
    return read_json(path, Verdict, name, "is no verdict of version 1", max_bytes)


def _unfit(verdict: Verdict, now: dt.datetime) -> str:
    if verdict.error:
        return "could not read the policy, so it says nothing of any skill"
    if verdict.part is not None:
        return "covers a part of the skills only: give the verdict that `proctor merge` makes"
    if verdict.base is not None:
        return "covers a change only (it has a base): give one of a whole run"
    if verdict.now.tzinfo is None:
        return "has a time without an offset"
    if verdict.now > now:
        return f"is from {verdict.now:%Y-%m-%d %H:%M} UTC, which is after now"
    ids = [skill.skill for skill in verdict.skills]
    return "names a skill twice" if len(set(ids)) != len(ids) else ""
