"""`proctor merge` without options and printing: files in, one verdict out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from checker.commands.previous import first_error, read_limited, read_verdict
from checker.errors import UsageError
from checker.escape import visible
from checker.joining import join
from checker.model.part import Division
from checker.model.verdict import Verdict

#: Of one part, and of the plan. 1,000 skills that all fail have 15 MB.
MAX_BYTES = 256 * 1024 * 1024


def read_and_join(parts: Sequence[Path], plan: Path | None, now: dt.datetime) -> Verdict:
    """The verdict that the files make. Raises UsageError for one that is no part, or of another run."""
    division = read_plan(plan) if plan is not None else None
    names = [visible(str(path)) for path in parts]
    read = [(name, read_verdict(path, name, MAX_BYTES)) for name, path in zip(names, parts, strict=True)]
    return join(read, division, now)


def read_plan(path: Path) -> Division:
    """What `proctor plan --save` wrote. Raises UsageError."""
    name = f"--plan {visible(str(path))}"
    try:
        return Division.model_validate_json(read_limited(path, name, MAX_BYTES))
    except ValidationError as error:
        raise UsageError(f"{name} is no plan: {first_error(error)}") from error
