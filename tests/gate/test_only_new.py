"""`only_new`: what the merge base's lock of the same skill already had is told apart."""

from __future__ import annotations

import pytest

from checker.checks import vulnerabilities
from checker.model.level import Level
from checker.model.plan import Exam, Examinee
from checker.tools import Tools
from tests.support.locked import Quiet, RangeScanner, advisory, skill_locking
from tests.support.osv import pins
from tests.support.verdicts import NOW, policy

KNOWN = {
    "deep": [("1.5", advisory("GHSA-1", "1.5", aliases=("CVE-1",)))],
    "late": [("9", advisory("GHSA-2"))],
}


def findings(before, after, *, only_new=True, scanner=None):
    plain = policy()
    settings = plain.advisories.model_copy(update={"only_new": only_new})
    exam = Exam(
        policy=plain.model_copy(update={"advisories": settings}),
        examinees=(Examinee(skill=after, level=Level.INTERN),),
        now=NOW,
        before={skill.id: skill for skill in before},
    )
    tools = Tools(head=None, progress=Quiet(), scanners=(scanner or RangeScanner(KNOWN),))
    (outcome,) = vulnerabilities.examine(exam, tools, {}).outcomes
    return {found.subject: found.in_base for found in outcome.findings}


AFTER = skill_locking(["deep", "late"], ["deep==1.2", "late==1"])


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ((skill_locking(["deep"], ["deep==1.2"]),), {"GHSA-1": True, "GHSA-2": False}),
        ((skill_locking(["deep"], ["deep==1.1"]),), {"GHSA-1": True, "GHSA-2": False}),
        ((skill_locking(["deep"], ["deep==1.6"]),), {"GHSA-1": False, "GHSA-2": False}),
        ((skill_locking(["deep"], ["deep==1.2"], skill="skills/b"),), {"GHSA-1": False, "GHSA-2": False}),
        ((), {"GHSA-1": None, "GHSA-2": None}),
    ],
    ids=["same version", "other affected version", "fixed in base", "another skill", "no base"],
)
def test_what_the_base_had(before, told):
    assert findings(before, AFTER) == told


def test_the_base_is_asked_about_in_the_same_question():
    scanner = RangeScanner(KNOWN)
    findings((skill_locking(["deep"], ["deep==1.1"]),), AFTER, scanner=scanner)
    assert scanner.asked == [pins("deep==1.1", "deep==1.2", "late==1")]


def test_without_the_setting_the_base_costs_nothing():
    scanner = RangeScanner(KNOWN)
    assert set(findings((AFTER,), AFTER, only_new=False, scanner=scanner).values()) == {None}
    assert scanner.asked == [pins("deep==1.2", "late==1")]
