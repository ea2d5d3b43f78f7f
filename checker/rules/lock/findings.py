"""How findings about a lock are worded: where they point, and the command that puts things right. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from checker.escape import shortened, visible
from checker.model.base import Location
from checker.model.lock import LockedDistribution
from checker.model.outcome import Finding
from checker.model.severity import Severity
from checker.model.skill import Skill
from checker.rules.commands import lock_command
from checker.rules.lock.graph import Case

RULE = "lock"
_NAMED = 5


def about_entry(
    case: Case,
    entry: LockedDistribution,
    message: str,
    *,
    severity: Severity = Severity.ERROR,
    rule: str = RULE,
    remedy: str = "",
) -> Finding:
    """A finding about one distribution of the lock. `rule` and `remedy` are those of `lock` if not given."""
    found = _finding(case.skill, entry.name, message, case.lock.place_of(entry.name), severity)
    return found.model_copy(update={"rule": rule, "remedy": remedy or found.remedy})


def about_lock(case: Case, message: str) -> Finding:
    """A finding about the lock as a whole."""
    return _finding(
        case.skill, quoted(case.lock.file), message, Location(file=case.lock.file), Severity.ERROR
    )


def about_skill(skill: Skill, subject: str, message: str, location: Location) -> Finding:
    """A finding about what the skill declares, or about a lock that cannot be used."""
    return _finding(skill, subject, message, location, Severity.ERROR)


def first_few(texts: Sequence[str]) -> str:
    """The first five, and how many more there are."""
    more = f"; and {len(texts) - _NAMED} more" if len(texts) > _NAMED else ""
    return "; ".join(texts[:_NAMED]) + more


def quoted(text: str) -> str:
    """Text of a repository, safe to print and not endless."""
    return shortened(visible(text), 200)


def _finding(skill: Skill, subject: str, message: str, location: Location, severity: Severity) -> Finding:
    return Finding(
        rule=RULE,
        subject=subject,
        severity=severity,
        message=message,
        file=location.file,
        line=location.line,
        remedy=f"run {lock_command(skill)} and commit the result",
    )
