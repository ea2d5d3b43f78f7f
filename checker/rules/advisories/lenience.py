"""Why an advisory at the threshold only warns: it is not new, nobody fixed it, time to fix is left. Pure.

Each excuse is one the policy grants by name. A malicious package, and whatever is no advisory, has none.
"""

from __future__ import annotations

import datetime as dt

from checker.model.outcome import Finding
from checker.model.policy import AdvisorySettings, LevelSettings
from checker.model.severity import Severity

_ADVISORIES = (Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL, Severity.UNKNOWN)


def due(finding: Finding, settings: LevelSettings | None, today: dt.date) -> dt.date | None:
    """The last day to fix the finding, counted from its publication; None where the policy grants no days.

    An advisory without a date, or with one after `today`, has no days either: neither says when it was known.
    """
    days = settings.fix_within_days.get(finding.severity) if settings is not None else None
    if days is None or finding.published is None or finding.severity not in _ADVISORIES:
        return None
    known = finding.published.astimezone(dt.UTC).date()
    return known + dt.timedelta(days=days) if known <= today else None


def excuse(
    finding: Finding, settings: LevelSettings | None, advisories: AdvisorySettings, today: dt.date
) -> str | None:
    """Why the finding only warns, in words, or None where it fails."""
    if finding.severity not in _ADVISORIES:
        return None
    last = due(finding, settings, today)
    if last is not None and today <= last:
        days = (last - today).days
        left = f"{days} days left" if days > 1 else "1 day left" if days else "today is the last day"
        return f"fails after {last}: {left} of those the policy allows for {finding.severity}"
    if advisories.only_new and finding.in_base:
        return "not new: the lock at the merge base had it already"
    if advisories.fixable_only and finding.fixed is False:
        return "nobody has fixed it yet"
    return None
