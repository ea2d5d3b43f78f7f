"""`proctor migrate`: policy files of an older version, brought up to date as edits."""

from __future__ import annotations

from collections.abc import Iterator

from checker.commands.edit import Edit, edit_of, sheet_of
from checker.edit.migrations import STEPS
from checker.errors import InputError
from checker.load.policy_files import MATURITY, PACKAGES, WAIVERS
from checker.load.validate import FILE_VERSION, versioned
from checker.load.yaml_lines import Bounds, Document, parse_yaml
from checker.tools import Tree

_BOUNDS = Bounds(size=10_000_000, depth=12, nodes=1_000_000)
#: File → the key of its list; the settings have none.
_FILES = {MATURITY: "", PACKAGES: "packages", WAIVERS: "waivers"}


def migrate(tree: Tree) -> tuple[Edit, ...]:
    """An edit for each policy file that is older than this Proctor reads. Raises InputError."""
    return tuple(_edits(tree))


def _edits(tree: Tree) -> Iterator[Edit]:
    for file, key in _FILES.items():
        if file not in tree.entries():
            continue
        document = parse_yaml(tree.read(file, _BOUNDS.size), file, _BOUNDS)
        version = _version(document)
        steps = STEPS.get(key, {})
        if version == FILE_VERSION:
            continue
        sheet = sheet_of(tree, file, key)
        for number in range(version, FILE_VERSION):
            if number not in steps:
                raise InputError(f"there never was a version {number} of this file", file, 1)
            sheet = steps[number](sheet, document)
        yield edit_of(tree, sheet)


def _version(document: Document) -> int:
    """The file's version; one without any is the oldest. Raises InputError for a newer one, or for none."""
    text = document.data.get("version", "0") if isinstance(document.data, dict) else ""
    if text == "0":
        return 0
    versioned(document)
    return FILE_VERSION
