"""From a verdict to text. Pure functions; whatever came from a skill is escaped here.

A reporter is a module with `render(verdict, page) -> str` and one line in `REPORTERS`. It is imported when it
is first used: `proctor --version` must not pay for a terminal library.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Protocol

from checker.reporters.page import PLAIN, Page

if TYPE_CHECKING:
    from checker.model.verdict import Verdict


class Reporter(Protocol):
    """Writes a whole verdict as text that ends in a line feed."""

    def __call__(self, verdict: Verdict, page: Page = PLAIN) -> str:
        """Pure and total: every verdict has a report."""


def _reporter(module: str) -> Reporter:
    def report(verdict: Verdict, page: Page = PLAIN) -> str:
        render: Reporter = importlib.import_module(f"{__name__}.{module}").render
        return render(verdict, page)

    return report


#: By the name `--format` takes; the first is the default.
REPORTERS: dict[str, Reporter] = {
    "terminal": _reporter("terminal"),
    "json": _reporter("json_"),
    "markdown": _reporter("markdown"),
    "summary": _reporter("summary"),
    "annotations": _reporter("annotations"),
    "sarif": _reporter("sarif"),
    "html": _reporter("html_"),
}
