"""Read a verdict that an earlier run left behind. It comes from outside: nothing in it is taken on trust."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from pydantic import ValidationError

from checker.errors import UsageError
from checker.escape import shortened, visible
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
    data = read_limited(path, name, max_bytes)
    try:
        return Verdict.model_validate_json(data)
    except ValidationError as error:
        raise UsageError(f"{name} is no verdict of version 1: {first_error(error)}") from error


def read_limited(path: Path, name: str, max_bytes: int) -> bytes:
    """A file of at most `max_bytes`. Raises UsageError that begins with `name`."""
    try:
        with path.open("rb") as stream:
            data = stream.read(max_bytes + 1)
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror or error}") from error
    if len(data) > max_bytes:
        raise UsageError(f"{name} has more than {max_bytes} bytes")
    return data


def first_error(error: ValidationError) -> str:
    """Place and message of the first thing wrong, safe to print, without the value."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"][:8])
    return visible(shortened(f"{place}: {first['msg']}" if place else first["msg"], 300))


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
