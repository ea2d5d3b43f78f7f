"""The report for a pull request's comment: GitHub's Markdown, within the size of a comment."""

from __future__ import annotations

from checker.model.verdict import Verdict
from checker.reporters.budget import COMMENT_LIMIT, fit
from checker.reporters.page import PLAIN, Page

#: The rest of a comment is for a marker and a footer around the report.
COMMENT_BUDGET = COMMENT_LIMIT - 1_536


def render(verdict: Verdict, page: Page = PLAIN) -> str:
    """As much of the report as a comment holds."""
    del page  # Markdown has no width
    return fit(verdict, COMMENT_BUDGET)
