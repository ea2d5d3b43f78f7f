"""How old are the locked releases, by the index's upload times? Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from checker.errors import Unanswered
from checker.model.lock import LockedDistribution
from checker.model.outcome import Finding
from checker.rules.commands import lock_command
from checker.rules.lock.findings import about_entry
from checker.rules.lock.graph import Case
from checker.rules.lock.origin import Projects, served_files

RULE = "release-age"


def judge_age(case: Case, projects: Projects, now: dt.datetime) -> Iterator[Finding]:
    """A finding for each distribution of which some file is younger than the policy wants."""
    days = case.policy.min_release_age_days
    for entry in case.lock.distributions:
        served = served_files(entry, projects.get(entry.name))
        newest = max((file.uploaded for file in served if file.uploaded is not None), default=None)
        if newest is not None and now - newest < dt.timedelta(days=days):
            what = f"{entry.name} {entry.version} was uploaded on {newest:%Y-%m-%d}"
            message = f"{what}; the policy wants releases to be {days} days old"
            yield about_entry(case, entry, message, rule=RULE, remedy=_remedy(case, newest, days))


def untimed(case: Case, projects: Projects) -> Iterator[str]:
    """Why an age is not known, for each distribution of which it is not. A direct reference has none."""
    for entry in case.lock.distributions:
        if entry.direct_source is None and (reason := _untimed(entry, projects)):
            yield f"{entry.name}: {reason}"


def _untimed(entry: LockedDistribution, projects: Projects) -> str:
    project = projects.get(entry.name)
    if isinstance(project, Unanswered):
        return project.reason
    served = served_files(entry, project)
    if not served:
        return "the index does not serve its locked files"
    if any(file.uploaded is None for file in served):
        return "the index does not tell when it was uploaded"
    return ""


def _remedy(case: Case, newest: dt.datetime, days: int) -> str:
    old_enough = newest + dt.timedelta(days=days)
    lock = lock_command(case.skill)
    return f"{lock} takes a release that is old enough; this one will be on {old_enough:%Y-%m-%d}"
