"""`proctor ban`, `reject` and `revoke`: decisions against a package, as edits of the registry."""

from __future__ import annotations

import shlex

from checker.commands.edit import Edit, checked, edit_of
from checker.commands.registry import Registry, inside, is_, overlaps
from checker.edit.entry import Values
from checker.errors import UsageError
from checker.load.schema import PackageRow
from checker.model.policy import PackageStatus
from checker.rules.policy.version_words import which
from checker.tools import Tree

_NOT_IN_BANS: Values = dict.fromkeys(("min_maturity", "approved_by", "approved_on", "expires"))


def ban(tree: Tree, package: str, versions: str, reason: str) -> Edit:
    """Ban a package, or versions of it. What it overrules altogether goes. Raises UsageError."""
    row = checked(PackageRow, {"name": package, "versions": versions, "status": "banned", "reason": reason})
    registry = Registry.of(tree)
    same = registry.numbers(row.name, lambda r: is_(r, PackageStatus.BANNED) and r.versions == row.versions)
    wider = registry.numbers(row.name, lambda r: is_(r, PackageStatus.BANNED) and inside(row, r))
    if wider and not same:
        raise UsageError(f"{which(registry.rows[wider[0]])} is banned already")
    gone = registry.numbers(row.name, lambda r: not is_(r, PackageStatus.BANNED) and inside(r, row))
    notes = [f"removed: {which(registry.rows[n])} was {registry.rows[n].status}" for n in gone]
    values: Values = {"name": package, "versions": versions or None, "status": "banned", "reason": reason}
    if same:
        registry = registry.with_row(row, {"reason": reason}, same[0]).without(gone)
    elif gone:  # in the place of the first, so that the history of the file stays together
        registry = registry.with_row(row, {**_NOT_IN_BANS, **values}, gone[0]).without(gone[1:])
    else:
        registry = registry.with_row(row, values)
    partly = registry.numbers(row.name, lambda r: overlaps(r, row, PackageStatus.APPROVED))
    notes += [f"{which(registry.rows[n])} stays approved, except for what is banned" for n in partly]
    return edit_of(tree, registry.sheet, *notes)


def reject(tree: Tree, package: str, reason: str) -> Edit:
    """Take a pending package out of the registry. Raises UsageError where none is pending."""
    return _removed(tree, package, "", PackageStatus.PENDING, "Reject", reason)


def revoke(tree: Tree, package: str, versions: str, reason: str) -> Edit:
    """Take back approvals: of every version, or of exactly this range. Raises UsageError."""
    return _removed(tree, package, versions, PackageStatus.APPROVED, "Revoke", reason)


def _removed(tree: Tree, package: str, versions: str, status: PackageStatus, verb: str, reason: str) -> Edit:
    row = checked(PackageRow, {"name": package, "versions": versions, "status": "pending"})
    registry = Registry.of(tree)
    found = registry.numbers(row.name, lambda r: is_(r, status))
    gone = [n for n in found if not versions or registry.rows[n].versions == row.versions]
    if not gone:
        there = f" (there is {', '.join(which(registry.rows[n]) for n in found)})" if found else ""
        raise UsageError(f"{which(row) if versions else row.name} is not {status}{there}")
    message = shlex.quote(f"{verb} {row.name}: {reason}")
    note = f"the commit keeps the reason: git commit -m {message}"
    return edit_of(tree, registry.without(gone).sheet, note)
