"""`policies/tests/*.yaml`: what the policy's authors expect it to decide, case by case."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict

from checker.errors import PolicyError
from checker.load.fields import Day, ExactVersion, Name, Text
from checker.load.policy_files import FOLDER, in_shape, read_document
from checker.model.base import Frozen
from checker.model.level import Level
from checker.model.policy_case import PolicyCase
from checker.tools import Tree

TESTS = f"{FOLDER}/tests"


class CaseRow(Frozen):
    """One entry of `expect`."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    package: Name
    version: ExactVersion
    level: Level
    decision: Literal["allow", "deny"]
    rule: Literal["banned", "student", "untrusted", "pending", "expired", "level", "approved"] | None = None
    day: Day | None = None
    because: Text | None = None


class PolicyTestsFile(Frozen):
    """A file of `policies/tests/`."""

    expect: tuple[CaseRow, ...]


def load_policy_tests(tree: Tree) -> tuple[PolicyCase, ...]:
    """Every case of every file, in the order of files and lines. Raises PolicyError with the place."""
    files = [path for path in tree.entries() if path.startswith(f"{TESTS}/")]
    for path in files:
        if not path.endswith(".yaml"):
            raise PolicyError(f"is not read: files in {TESTS}/ end in .yaml", path)
    return tuple(case for path in files for case in _cases(tree, path))


def _cases(tree: Tree, path: str) -> list[PolicyCase]:
    document, data = read_document(tree, path)
    rows = in_shape(PolicyTestsFile, data, document).expect
    return [
        PolicyCase(
            location=document.at(("expect", number)),
            **{name: getattr(row, name) for name in CaseRow.model_fields},
        )
        for number, row in enumerate(rows)
    ]
