"""The budget: what is left out, in which order, and that the rest is pointed at."""

from __future__ import annotations

import pytest

from checker.model.severity import Severity
from checker.reporters.budget import COMMENT_LIMIT, STEP_SUMMARY_LIMIT, fit
from tests.support import verdicts as v


def _many(skills: int, message: str = "m", findings: int = 3):
    found = [v.finding(subject=f"evil{n}==1.0", message=message) for n in range(findings)]
    return v.verdict_on(*(v.failed(*found, skill=f"skills/bad-{n:04}") for n in range(skills)))


@pytest.mark.slow
@pytest.mark.parametrize("limit", [COMMENT_LIMIT, STEP_SUMMARY_LIMIT, 3_000])
@pytest.mark.parametrize("message", ["m" * 4_000, "技" * 4_000, "🧪" * 4_000, "\u202e|<@" * 1_000])
def test_bytes_are_what_counts(limit, message):
    text = fit(_many(100, message), limit)
    assert len(text) <= len(text.encode("utf-8")) <= limit
    assert "100 skills: 100 fail" in text


def test_a_report_that_fits_to_the_byte_is_whole():
    whole = fit(v.sample(), 100_000)
    size = len(whole.encode())
    assert fit(v.sample(), size) == whole
    assert "Shortened" in fit(v.sample(), size - 1)


def test_the_worst_findings_stay():
    found = [*(v.finding(Severity.LOW, subject=f"low{n}") for n in range(400)), v.finding(subject="error")]
    text = fit(v.verdict_on(v.failed(*found)), 4_000)
    assert "`error`: evil 1.0 is banned" in text
    assert "- … and 396 more findings" in text


def test_at_last_the_rules_are_counted():
    text = fit(_many(400), 1_500)
    assert "skills/bad" not in text
    assert "Findings by rule: packages 1200." in text


@pytest.mark.parametrize(
    ("pointer", "said"),
    [
        ("", "Shortened to fit: the JSON verdict holds everything."),
        (
            "the artefact `proctor-verdict`",
            "Shortened to fit: the artefact `proctor-verdict` holds everything.",
        ),
        (
            "https://git.example/o/r/actions/runs/7",
            "Shortened to fit: <https://git.example/o/r/actions/runs/7> holds",
        ),
        ("javascript:alert(1)", "Shortened to fit: javascript:alert(1) holds"),
        ("https://x.example/>[x](y)", "Shortened to fit: https:&#8203;//x.example/&#62;&#91;x&#93;(y) holds"),
    ],
)
def test_the_rest_is_pointed_at(pointer, said):
    assert said in fit(_many(400), 1_500, pointer)
