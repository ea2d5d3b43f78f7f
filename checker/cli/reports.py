"""Reports as files: each written whole, so that a reader never sees half of one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from checker.cli.check import documentation
from checker.cli.profile import report
from checker.cli.whole_file import write_file
from checker.errors import UsageError
from checker.model.verdict import Verdict
from checker.reporters.page import Page
from checker.tools import UNTIMED, Clock

#: Report → the step's output that names its file.
_OUTPUTS = {"json": "verdict-file", "sarif": "sarif-file"}


def write_reports(
    verdict: Verdict, files: Mapping[str, Path | None], clock: Clock = UNTIMED
) -> dict[str, str]:
    """Write each report whose file is given; the outputs that name them. Raises UsageError."""
    shown = Page(docs=documentation())
    for form, file in files.items():
        if file is not None:
            write_report(file, report(form, verdict, shown, clock=clock))
    named = ((_OUTPUTS[form], str(file)) for form, file in files.items() if file and form in _OUTPUTS)
    return dict(named)


def write_report(file: Path, text: str) -> None:
    """Replace the file at once. Raises UsageError."""
    try:
        write_file(file, text)
    except OSError as error:
        raise UsageError(f"the report cannot be written to {file}: {error.strerror}") from error
