"""The checks, in the order they run. A check is a module: one question, one file, one line in `CHECKS`.

The module's name is its rule id, the name of its docs page and of its folder in `examples/` (a dash in the id
is an underscore in the module).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from checker.checks import (
    confusables,
    lock,
    manifest,
    packages,
    release_age,
    sandbox,
    sources,
    undeclared,
    unused,
    vulnerabilities,
)
from checker.model.answers import Answers
from checker.model.outcome import Outcome
from checker.model.plan import Exam
from checker.tools import Tools


class Check(Protocol):
    """What a check module offers."""

    RULE: str
    #: Checks whose outcomes this one reads; they run first, also under `--only`.
    NEEDS: tuple[str, ...]

    def examine(self, exam: Exam, tools: Tools, earlier: Mapping[tuple[str, str], Outcome]) -> Answers:
        """One outcome for each examinee; `earlier` is keyed by (check, skill id)."""


CHECKS: tuple[Check, ...] = (
    manifest,
    lock,
    sources,
    release_age,
    packages,
    confusables,
    undeclared,
    unused,
    vulnerabilities,
    sandbox,
)

#: The checks that read what discovery finds in every skill. Without them only those that have no skill.yaml
#: are searched.
DISCOVERING = frozenset(check.RULE for check in (sources, confusables, undeclared, unused))
