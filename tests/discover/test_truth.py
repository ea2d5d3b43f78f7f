"""Discovery against labelled facts. Needs clones: PROCTOR_CLONES names a folder with `owner--name` in it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmarks.clones import clone_of
from benchmarks.truth import facts, measure, report

LABELLED = facts()
#: Every miss, so that a new one is seen and a mended one is noticed.
MISSES = {
    "imports": [],
    "declarations": [
        "- plugins/static-analysis/skills/codeql: install-line <editable>",
        "- plugins/static-analysis/skills/sarif-parsing: install-line ijson",
    ],
}


@pytest.fixture(scope="module")
def clones() -> Path:
    folder = Path(os.environ.get("PROCTOR_CLONES") or "/nowhere")
    if not all(clone_of(folder, labels["repository"]).exists() for labels in LABELLED):
        pytest.skip("no clones of the labelled repositories here (PROCTOR_CLONES)")
    return folder


def test_sixty_skills_of_three_repositories_are_labelled():
    assert len(LABELLED) == 3
    assert sum(len(labels["skills"]) for labels in LABELLED) == 60
    assert all(len(labels["commit"]) == 40 for labels in LABELLED)


@pytest.mark.slow
def test_precision_and_recall(clones):
    scores = measure(clones, LABELLED)
    for score in scores.values():
        assert score.precision >= 0.98
        assert score.recall >= 0.95
    assert {kind: score.misses for kind, score in scores.items()} == MISSES


@pytest.mark.slow
def test_the_docs_show_what_is_measured(clones):
    page = (Path(__file__).parents[2] / "docs" / "discovery.md").read_text()
    assert "\n".join(report(measure(clones, LABELLED))) in page
