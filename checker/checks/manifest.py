"""`manifest`: are SKILL.md, skill.yaml and the skill's folder such that the skill can be examined at all?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from checker.escape import visible
from checker.model.answers import Answers
from checker.model.outcome import Finding, Outcome
from checker.model.plan import Exam
from checker.model.severity import Severity
from checker.model.skill import Problem, Skill
from checker.tools import Tools

RULE = "manifest"
NEEDS: tuple[str, ...] = ()


def examine(exam: Exam, tools: Tools, earlier: Mapping[tuple[str, str], Outcome]) -> Answers:
    """Every problem of loading as a finding; content that is not in the tree makes the outcome `broken`."""
    del tools, earlier  # loading has asked everything already
    form = exam.policy.skill_format
    return Answers(outcomes=tuple(_outcome(examinee.skill, form) for examinee in exam.examinees))


def _outcome(skill: Skill, form: Literal["lenient", "strict"]) -> Outcome:
    counted = [problem for problem in skill.problems if form == "strict" or not problem.strict_only]
    findings = tuple(map(_finding, counted))
    gaps = [problem.message for problem in counted if problem.unexamined]
    if gaps:
        return Outcome.broken(RULE, skill.id, "; ".join(gaps), findings)
    return Outcome.of(RULE, skill.id, findings)


def _finding(problem: Problem) -> Finding:
    # What could not be examined is not wrong by itself: `broken` decides, the finding shows the place.
    return Finding(
        rule=RULE,
        subject=visible(problem.location.file),
        severity=Severity.WARNING if problem.unexamined else problem.severity,
        message=problem.message,
        file=problem.location.file,
        line=problem.location.line,
        remedy=problem.remedy or "mend or remove what is named",
    )
