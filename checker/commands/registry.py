"""The package registry as the editing commands see it: its entries, and the file cut into them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from packaging.utils import NormalizedName

from checker.commands.edit import sheet_of
from checker.edit.entry import Values
from checker.edit.sheet import Sheet
from checker.load.overlay import Overlay
from checker.load.policy import load_policy
from checker.load.policy_files import PACKAGES, in_shape, read_document
from checker.load.schema import PackageRow, PackagesFile
from checker.model.policy import PackageStatus
from checker.tools import Tree

ORDER = tuple(PackageRow.model_fields)


@dataclass(frozen=True)
class Registry:
    """The file cut into entries, and what each says, in the same order."""

    sheet: Sheet
    rows: tuple[PackageRow, ...]

    @classmethod
    def of(cls, tree: Tree) -> Registry:
        """Read it. Raises PolicyError where the policy cannot be read."""
        load_policy(tree)
        if PACKAGES not in tree.entries():
            return cls(sheet_of(tree, PACKAGES, "packages"), ())
        document, data = read_document(tree, PACKAGES)
        return cls(sheet_of(tree, PACKAGES, "packages"), in_shape(PackagesFile, data, document).packages)

    def numbers(self, name: NormalizedName, wanted: Callable[[PackageRow], bool]) -> list[int]:
        """Places of the entries of a name that are wanted."""
        return [n for n, row in enumerate(self.rows) if row.name == name and wanted(row)]

    def without(self, numbers: Sequence[int]) -> Registry:
        """Without these entries."""
        sheet = self.sheet
        for number in sorted(numbers, reverse=True):
            sheet = sheet.without(number)
        return Registry(sheet, tuple(row for n, row in enumerate(self.rows) if n not in numbers))

    def with_row(self, row: PackageRow, values: Values, replaced: int | None = None) -> Registry:
        """With one more entry, after those of the same name, or with `replaced` written anew."""
        if replaced is not None:
            rows = (*self.rows[:replaced], row, *self.rows[replaced + 1 :])
            return Registry(self.sheet.rewritten(replaced, values, ORDER), rows)
        own = self.numbers(row.name, lambda _: True)
        number = own[-1] + 1 if own else len(self.rows)
        rows = (*self.rows[:number], row, *self.rows[number:])
        return Registry(self.sheet.inserted(number, values), rows)

    def over(self, tree: Tree) -> Tree:
        """The tree as it would be with this registry."""
        return Overlay(tree, {PACKAGES: self.sheet.text})


def is_(row: PackageRow, status: PackageStatus) -> bool:
    """Whether an entry has this status."""
    return row.status is status


def overlaps(row: PackageRow, other: PackageRow, status: PackageStatus) -> bool:
    """Whether an entry of this status speaks of any version that the other speaks of."""
    return is_(row, status) and not row.versions.is_disjoint(other.versions)


def inside(row: PackageRow, other: PackageRow) -> bool:
    """Whether the other speaks of every version that the entry speaks of."""
    return row.versions.is_subset(other.versions)
