"""What the editing commands share: a policy file before and after, checked by loading it."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from checker.edit.sheet import Sheet
from checker.errors import UsageError
from checker.escape import visible
from checker.load.overlay import Overlay
from checker.load.policy import load_policy
from checker.tools import Tree

_MAX_BYTES = 10_000_000

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Edit:
    """A change of one file, not yet written. `notes` are sentences for whoever asked for it."""

    file: str
    before: str
    after: str
    notes: tuple[str, ...] = ()

    @property
    def diff(self) -> str:
        """As `diff -u`, safe to print; "" where nothing changes."""
        ends = (f"a/{self.file}", f"b/{self.file}") if self.before else ("/dev/null", f"b/{self.file}")
        old, new = (text.removeprefix("\ufeff").splitlines() for text in (self.before, self.after))
        lines = difflib.unified_diff(old, new, *ends, lineterm="")
        return "".join(f"{visible(line)}\n" for line in lines)


def sheet_of(tree: Tree, file: str, key: str) -> Sheet:
    """The file cut into entries; a new one where it is missing. Raises InputError."""
    if file not in tree.entries():
        return Sheet.empty(file, key)
    return Sheet.parse(tree.read(file, _MAX_BYTES), file, key)


def edit_of(tree: Tree, sheet: Sheet, *notes: str) -> Edit:
    """The edit, after the policy with it was loaded. Raises PolicyError where that fails."""
    exists = sheet.file in tree.entries()
    before = tree.read(sheet.file, _MAX_BYTES).decode("utf-8") if exists else ""
    load_policy(Overlay(tree, {sheet.file: sheet.text}))
    return Edit(sheet.file, before, sheet.text, notes)


def checked(model: type[M], values: Mapping[str, object]) -> M:
    """Options as an entry of a file. Raises UsageError with the first thing that is wrong."""
    for key, value in values.items():
        if isinstance(value, str) and visible(value) != value:
            raise UsageError(f"{key}: holds characters that cannot be seen, or that a log would obey")
    try:
        return model.model_validate({key: value for key, value in values.items() if value is not None})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = str(first["loc"][0]) if first["loc"] else ""
        text = "is missing" if first["type"] == "missing" else first["msg"].removeprefix("Input ")
        raise UsageError(visible(f"{name}: {text}" if name else text)) from error
