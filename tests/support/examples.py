"""How many examples a property is shown, where that is not left to the profile."""

from __future__ import annotations

from hypothesis import settings

#: Hypothesis' own number, which a profile for haste goes below.
_USUAL = 100


def examples(number: int) -> settings:
    """So many, and no more than a profile for haste allows."""
    allowed = settings().max_examples
    return settings(max_examples=min(number, allowed) if allowed < _USUAL else number)
