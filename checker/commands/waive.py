"""`proctor waive`: accept a finding for a time, as an edit of the waivers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from checker.commands.edit import Edit, checked, edit_of, sheet_of
from checker.commands.policy import skills_of
from checker.edit.entry import Values
from checker.errors import UsageError
from checker.load.policy import load_policy
from checker.load.schema import WaiverRow
from checker.model.policy import Policy
from checker.pipeline import rules
from checker.rules.globs import matches
from checker.tools import Tree

FILE = "policies/waivers.yaml"
_ORDER = tuple(WaiverRow.model_fields)


def waive(tree: Tree, options: Mapping[str, str | bool | None], today: dt.date) -> Edit:
    """Add a waiver, or write one for the same finding anew. `options` are the keys of an entry.

    Raises UsageError for one that would never count: no such check or skill, over, or over the level's cap.
    """
    row = checked(WaiverRow, options)
    policy = load_policy(tree)
    if row.rule not in rules():
        raise UsageError(f"no check is named {row.rule} (there are {', '.join(rules())})")
    if row.expires < today:
        raise UsageError(f"expires: {row.expires} is in the past")
    _refuse_useless(tree, policy, row, today)
    sheet = sheet_of(tree, FILE, "waivers")
    key = (row.skill, row.rule, row.subject)
    same = [n for n, w in enumerate(policy.waivers) if (w.skill, w.rule, w.subject) == key]
    values: Values = {
        **{name: options[name] for name in ("skill", "rule", "subject", "reason", "owner")},
        "expires": row.expires,
        "until_fixed": True if row.until_fixed else None,
    }
    changed = sheet.rewritten(same[0], values, _ORDER) if same else sheet.inserted(len(sheet.items), values)
    return edit_of(tree, changed)


def _refuse_useless(tree: Tree, policy: Policy, row: WaiverRow, today: dt.date) -> None:
    fitting = [skill for skill in skills_of(tree, policy) if matches(row.skill, skill.id)]
    if not fitting:
        raise UsageError(f"no skill is at {row.skill}")
    for skill in fitting:
        level = policy.level_of(skill.maturity)
        days = policy.levels[level].max_waiver_days
        if days == 0:
            raise UsageError(f"{skill.id} is judged at level {level}, which takes no waivers")
        if (row.expires - today).days > days:
            last = today + dt.timedelta(days=days)
            raise UsageError(f"{skill.id} is judged at level {level}: at most {days} days, until {last}")
