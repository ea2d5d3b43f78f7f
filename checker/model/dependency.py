"""What a lock brings and through what, as a verdict tells it."""

from __future__ import annotations

from checker.model.base import Frozen

#: Distributions of one skill that a verdict lists, and what each requires; a lock of more is told up to here.
MOST_DEPENDENCIES, MOST_REQUIRED = 500, 100


class Dependency(Frozen):
    """One locked distribution: `pin` is `name==version`, `requires` the pins it needs on the lock's target.

    `declared` tells whether the skill itself asks for it. `allowed` is the decision on it (None: it could not
    be decided) and `why` the decision's rule, such as `approved` or `banned`.
    """

    pin: str
    requires: tuple[str, ...] = ()
    declared: bool = False
    allowed: bool | None = None
    why: str = ""
