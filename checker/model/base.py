"""What every noun shares: it cannot be altered, and it refuses keys it does not know."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """A value. Equality is by content; assignment and unknown keys are errors."""

    # Built when first used: a command needs a few of the nouns and starts a tenth faster without the others.
    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=False, hide_input_in_errors=True, defer_build=True
    )


class Location(Frozen):
    """Where a value stands: repository-relative file and line (from 1; None means the whole file)."""

    file: str
    line: int | None = None

    def __str__(self) -> str:
        """`file:line`, the form that terminals and editors turn into a link."""
        return f"{self.file}:{self.line}" if self.line else self.file
