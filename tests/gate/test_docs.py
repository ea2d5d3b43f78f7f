"""What docs/advisories-gate.md promises is so."""

from __future__ import annotations

import re
from pathlib import Path

from checker.model.severity import Severity
from checker.rules.advisories.upgrade_search import MAX_QUESTIONS
from checker.rules.advisories.upgrades import NEAREST, NEWEST
from tests.support.policies import policy_from

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "advisories-gate.md").read_text(encoding="utf-8")


def test_the_example_loads():
    (sample,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    policy = policy_from(sample)
    assert policy.levels["intern"].fix_within_days[Severity.HIGH] == 7
    assert policy.advisories.only_new
    assert policy.advisories.fixable_only


def test_the_bounds_are_those_of_the_code():
    assert f"the {NEAREST} nearest and the {NEWEST} newest" in PAGE
    assert f"at most {MAX_QUESTIONS} wheels" in PAGE


def test_links_lead_somewhere():
    for page in ("advisories-gate.md", "rescan.md", "sbom.md"):
        for target in re.findall(r"\]\((?!https?://)([^)#]+)", (DOCS / page).read_text(encoding="utf-8")):
            assert (DOCS / target).exists(), (page, target)
