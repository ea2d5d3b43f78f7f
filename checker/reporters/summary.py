"""The report for a step's summary (`$GITHUB_STEP_SUMMARY`): GitHub's Markdown, of the size one may have."""

from __future__ import annotations

from checker.model.verdict import Verdict
from checker.reporters.budget import STEP_SUMMARY_LIMIT, fit
from checker.reporters.page import PLAIN, Page

#: The summary is one file for all that a step writes: something else may stand beside the report.
SUMMARY_BUDGET = STEP_SUMMARY_LIMIT - 16_384


def render(verdict: Verdict, page: Page = PLAIN) -> str:
    """As much of the report as a step's summary holds."""
    del page  # Markdown has no width
    return fit(verdict, SUMMARY_BUDGET)
