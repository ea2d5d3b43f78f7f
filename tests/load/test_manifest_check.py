"""The `manifest` check: problems of loading become findings, and what is not in the tree is `broken`."""

from __future__ import annotations

import datetime as dt

import pytest

from checker.checks import manifest
from checker.model.level import Level
from checker.model.outcome import Status
from checker.model.plan import Exam, Examinee
from checker.model.severity import Severity
from checker.tools import Tools
from tests.load.texts import safe
from tests.support.policies import default_policy, loaded_skill, policy_from, skill_in
from tests.support.trees import Gitlink, MemoryTree, Special, Symlink

GOOD = "---\nname: tables\ndescription: Makes tables.\n---\n"
ODD = "---\nname: Tables\ndescription: use when: asked\n---\n"
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 12\n"


class Silent:
    def step(self, stage, detail=""):
        raise AssertionError("nothing to do")


def examine(skill, policy=None):
    exam = Exam(
        policy=policy or default_policy(),
        examinees=(Examinee(skill=skill, level=Level.INTERN),),
        now=dt.datetime(2026, 11, 1, tzinfo=dt.UTC),
    )
    (outcome,) = manifest.examine(exam, Tools(head=MemoryTree(), progress=Silent()), {}).outcomes
    assert (outcome.check, outcome.skill) == ("manifest", skill.id)
    return outcome


def test_a_good_skill_passes():
    outcome = examine(loaded_skill({"SKILL.md": GOOD}))
    assert (outcome.status, outcome.findings) == (Status.PASSED, ())


def test_a_problem_is_a_finding_with_its_place_and_remedy():
    (finding,) = examine(
        loaded_skill({"SKILL.md": GOOD, "skill.yaml": "version: 1\nmaturty: intern\n"})
    ).findings
    assert (finding.rule, finding.severity) == ("manifest", Severity.ERROR)
    assert str(finding.location) == "skills/tables/skill.yaml:2"
    assert finding.subject == "skills/tables/skill.yaml"
    assert "(did you mean `maturity`?)" in finding.message
    assert finding.remedy


def test_the_format_is_lenient_unless_the_policy_is_strict():
    skill = loaded_skill({"SKILL.md": ODD})
    assert [f.severity for f in examine(skill).findings] == [Severity.NOTE]
    strict = examine(skill, policy_from("version: 1\nskill_format: strict\n"))
    assert Severity.ERROR in {f.severity for f in strict.findings}


@pytest.mark.parametrize(
    "files", [{"lib": Gitlink()}, {"data.csv": LFS}, {"lib": Gitlink(), "x": Symlink("lib/x")}]
)
def test_what_is_not_in_the_tree_is_broken_and_never_clean(files):
    outcome = examine(loaded_skill({"SKILL.md": GOOD, **files}))
    assert outcome.status is Status.BROKEN
    assert "cannot be examined" in outcome.reason
    assert {f.severity for f in outcome.findings} == {Severity.WARNING}


def test_a_finding_beside_a_gap_still_counts():
    outcome = examine(loaded_skill({"SKILL.md": GOOD, "lib": Gitlink(), "out": Symlink("/etc/passwd")}))
    assert outcome.status is Status.BROKEN
    assert Severity.ERROR in {f.severity for f in outcome.findings}


def test_a_submodule_as_a_skill_is_broken():
    assert examine(skill_in(MemoryTree({"skills/b": Gitlink()}), "skills/b")).status is Status.BROKEN


@pytest.mark.parametrize(
    "files",
    [
        {"skill.md": GOOD},
        {"pipe": Special()},
        {"\\xff.py": Special("the name is not UTF-8")},
        {"out": Symlink("../../../etc/passwd")},
        {"gone": Symlink("nothing")},
        {"skill.yaml": b"\xff\xfe"},
        {"skill.yaml": "version: 1\nversion: 1\n"},
        {"SKILL.md": b"\xff"},
    ],
)
def test_bad_content_fails(files):
    outcome = examine(loaded_skill({"SKILL.md": GOOD, **files}))
    assert outcome.status is Status.FAILED
    assert Severity.ERROR in {f.severity for f in outcome.findings}


def test_every_text_is_safe_to_print():
    tree = MemoryTree(
        {
            "s\x1b/SKILL.md": GOOD,
            "s\x1b/\u202epipe": Special(),
            "s\x1b/out": Symlink("/x"),
            "s\x1b/skill.yaml": '"\\e": 1',
        }
    )
    for finding in examine(skill_in(tree, "s\x1b")).findings:
        assert safe(finding.subject + finding.message + finding.remedy)
