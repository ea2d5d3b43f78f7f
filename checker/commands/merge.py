"""`proctor merge` without options and printing: files in, one verdict out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from checker.commands.previous import read_verdict
from checker.escape import visible
from checker.joining import join
from checker.load.json_file import read_json
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
    return read_json(path, Division, f"--plan {visible(str(path))}", "is no plan", MAX_BYTES)
