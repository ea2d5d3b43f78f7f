"""`proctor approve`: an approval as an edit of the registry, unless it contradicts what stands there."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from checker.commands.edit import Edit, checked, edit_of
from checker.commands.registry import Registry, inside, is_, overlaps
from checker.commands.registry_dependencies import dependencies
from checker.edit.entry import Values
from checker.errors import UsageError
from checker.load.schema import PackageRow
from checker.model.policy import PackageStatus
from checker.rules.policy.version_words import which
from checker.tools import Tree


@dataclass(frozen=True)
class Approval:
    """What was asked for, as texts; `level` is the lowest one that may use the package."""

    package: str
    versions: str
    level: str
    reason: str
    by: str | None = None
    expires: str | None = None
    with_dependencies: bool = False
    lift_ban: bool = False


def approve(tree: Tree, wanted: Approval, today: dt.date) -> Edit:
    """Approve a package. Raises UsageError for a contradiction."""
    row = _row(wanted, today)
    registry, notes = _unbanned(Registry.of(tree), row, lift=wanted.lift_ban)
    registry = _with_approval(registry, row, wanted)
    others = registry.numbers(row.name, lambda r: overlaps(r, row, PackageStatus.APPROVED) and r != row)
    notes += [f"{which(registry.rows[n])} is approved as well; the laxer entry wins" for n in others]
    if row.expires is None:
        notes.append("the approval never expires: --expires DATE sets an end")
    if wanted.with_dependencies:
        level = row.min_maturity
        for pin, reason in dependencies(registry.over(tree), row, level, today):
            dependency = Approval(
                pin.name, f"=={pin.version}", wanted.level, reason, wanted.by, wanted.expires
            )
            registry = _with_approval(registry, _row(dependency, today), dependency)
    return edit_of(tree, registry.sheet, *notes)


def _row(wanted: Approval, today: dt.date) -> PackageRow:
    row = checked(
        PackageRow,
        {
            "name": wanted.package,
            "versions": wanted.versions,
            "status": "approved",
            "min_maturity": wanted.level,
            "reason": wanted.reason,
            "approved_by": wanted.by,
            "approved_on": today.isoformat(),
            "expires": wanted.expires,
        },
    )
    if row.expires is not None and row.expires < today:
        raise UsageError(f"expires: {row.expires} is in the past")
    return row


def _unbanned(registry: Registry, row: PackageRow, *, lift: bool) -> tuple[Registry, list[str]]:
    """The registry without the bans that stand against the approval, if they may be lifted."""
    touching = registry.numbers(row.name, lambda r: overlaps(r, row, PackageStatus.BANNED))
    if lift and not touching:
        raise UsageError(f"--lift-ban: no ban covers {which(row)}")
    if lift:
        return registry.without(touching), [f"lifted: the ban of {which(registry.rows[n])}" for n in touching]
    for number in touching:
        banned = registry.rows[number]
        if inside(row, banned):
            reason = f" ({banned.reason})" if banned.reason else ""
            raise UsageError(
                f"{which(banned)} is banned{reason}; --lift-ban takes the ban out of the registry"
            )
    return registry, [f"the ban of {which(registry.rows[n])} still holds" for n in touching]


def _with_approval(registry: Registry, row: PackageRow, wanted: Approval) -> Registry:
    """In the place of what is pending, or of an approval of the same versions; else as a new entry."""
    pending = registry.numbers(row.name, lambda r: overlaps(r, row, PackageStatus.PENDING))
    renewed = registry.numbers(
        row.name, lambda r: is_(r, PackageStatus.APPROVED) and r.versions == row.versions
    )
    values: Values = {
        "name": wanted.package,
        "versions": wanted.versions or None,
        "status": "approved",
        "min_maturity": wanted.level,
        "reason": wanted.reason,
        "approved_by": wanted.by,
        "approved_on": row.approved_on,
        "expires": row.expires,
    }
    place = next(iter([*renewed, *pending]), None)
    if place is not None:
        values = {key: value for key, value in values.items() if key != "name"}
    registry = registry.with_row(row, values, place)
    return registry.without([n for n in pending if n != place])
