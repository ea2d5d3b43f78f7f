"""Where GitHub looks for a file: from the top of the git repository, not of the skill repository in it."""

from __future__ import annotations

from checker.model.outcome import Finding, Outcome
from checker.model.verdict import SkillVerdict, Verdict


def from_top(verdict: Verdict, folder: str) -> Verdict:
    """The verdict with every finding's file named from the top. `folder` is "" or `a/b`."""
    if not folder:
        return verdict
    return verdict.model_copy(update={"skills": tuple(_skill(skill, folder) for skill in verdict.skills)})


def _skill(skill: SkillVerdict, folder: str) -> SkillVerdict:
    return skill.model_copy(update={"outcomes": tuple(_outcome(one, folder) for one in skill.outcomes)})


def _outcome(outcome: Outcome, folder: str) -> Outcome:
    return outcome.model_copy(update={"findings": tuple(_finding(one, folder) for one in outcome.findings)})


def _finding(finding: Finding, folder: str) -> Finding:
    return finding.model_copy(update={"file": f"{folder}/{finding.file}"}) if finding.file else finding
