"""What is wrong with a skill's own files."""

from __future__ import annotations

from checker.model.base import Frozen, Location
from checker.model.severity import Severity


class Problem(Frozen):
    """Something in a skill's own files that cannot be used. `fatal` = nothing else can be said of the skill.

    `strict_only` marks what only the strict form of the Agent Skills format forbids. `unexamined` marks
    content that nobody looked at (behind a submodule or Git LFS, or too much of it): it is not clean.
    """

    message: str
    location: Location
    remedy: str = ""
    severity: Severity = Severity.ERROR
    fatal: bool = False
    strict_only: bool = False
    unexamined: bool = False
