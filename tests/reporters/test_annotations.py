"""Annotations, as a runner reads them: one command for each finding shown, whatever its texts hold."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given

from checker.escape import visible
from checker.model.outcome import Outcome
from checker.model.severity import Severity
from checker.model.verdict import Verdict
from checker.reporters import wording
from checker.reporters.annotations import MOST, Annotation, command, render
from tests.support import verdicts as v
from tests.support.examples import examples
from tests.support.harmless import assert_harmless
from tests.support.runner import Command, commands
from tests.support.snapshots import assert_snapshot


def test_the_whole_output():
    assert_snapshot(render(v.sample()), "annotations.txt", Path(__file__).parent)


def test_a_finding_stands_at_its_line_and_says_what_to_do():
    found = v.finding(file="skills/a/skill.yaml", line=7, remedy="run `proctor lock skills/a`")
    assert commands(render(v.verdict_on(v.failed(found))))[1:] == [
        Command(
            "error",
            {"file": "skills/a/skill.yaml", "line": "7", "title": "packages: evil==1.0 (error)"},
            "skills/a: evil 1.0 is banned\nDo: run `proctor lock skills/a`",
        )
    ]


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("100 %", "100 %25"),
        ("%0A::error::x", "%250A::error::x"),
        ("a\n::add-mask::b", "a%0A::add-mask::b"),
        ("a\r\nb", "a%0D%0Ab"),
    ],
)
def test_a_text_cannot_leave_its_command(text, sent):
    assert command(Annotation("error", "t", text)) == f"::error title=t::{sent}"
    assert commands(command(Annotation("error", "t", text))) == [Command("error", {"title": "t"}, text)]


def test_a_file_name_cannot_add_a_property():
    sent = command(Annotation("warning", "a,b:c", "x", "f,line=1::y%.py", 3))
    assert sent == "::warning file=f%2Cline=1%3A%3Ay%25.py,line=3,title=a%2Cb%3Ac::x"
    assert commands(sent)[0].properties == {"file": "f,line=1::y%.py", "line": "3", "title": "a,b:c"}


def _many(skills: int, errors: int, warnings: int) -> Verdict:
    kinds = [v.finding()] * errors + [v.finding(Severity.WARNING)] * warnings
    outcomes = [v.failed(*kinds, skill=f"skills/s{n}") for n in range(skills)]
    return v.verdict_on(*outcomes)


def test_ten_of_a_kind_and_the_rest_is_counted():
    notice, *shown = commands(render(_many(3, 7, 5)))
    assert [c.name for c in shown] == ["error"] * 10 + ["warning"] * 10
    assert notice.text.endswith("\n11 more errors and 5 more warnings in the report")


def test_no_skill_hides_another():
    shown = commands(render(_many(12, 20, 0)))[1:]
    assert len({c.text.split(":")[0] for c in shown}) == 10


def test_the_worst_is_shown():
    found = [v.finding(Severity.LOW, subject=f"low{n}") for n in range(10)]
    bad = v.finding(Severity.MALICIOUS, subject="bad")
    by = v.policy(v.level_settings(fail_on=Severity.LOW))
    shown = commands(render(v.verdict_on(v.failed(*found, bad), by=by)))
    assert shown[1].properties["title"] == "packages: bad (malicious)"


def test_what_could_not_be_checked_is_an_error():
    text = render(v.verdict_on(Outcome.broken("lock", "skills/a", "no answer")))
    assert commands(text)[1].text == "lock could not be checked: no answer"


def test_an_unreadable_policy_is_an_error():
    verdict = v.verdict_on().model_copy(update={"error": "policies/maturity.yaml:3: no such key\n::x::"})
    assert commands(render(verdict))[1].text == "policies/maturity.yaml:3: no such key ::x::"


def test_a_clean_run_is_one_notice():
    assert [c.name for c in commands(render(v.verdict_on(v.passed("lock", "skills/a"))))] == ["notice"]


def _expected(verdict: Verdict, effect: str) -> int:
    return sum((f.effect or "fails") == effect for s in verdict.skills for f in wording.findings(s))


@examples(40)
@given(v.verdicts)
def test_one_command_for_each_finding_shown(verdict: Verdict):
    text = render(verdict)
    notice, *shown = commands(text)
    broken = sum(1 for s in wording.by_urgency(verdict) for _ in wording.unexplained(s)) + bool(verdict.error)
    assert notice.name == "notice"
    assert len(commands(text)) == len(text.splitlines())
    names = [command.name for command in shown]
    errors = min(MOST, _expected(verdict, "fails") + broken)
    assert names == ["error"] * errors + ["warning"] * min(MOST, _expected(verdict, "warns"))
    assert all(set(c.properties) <= {"file", "line", "title"} for c in shown)
    assert not {c for c in text if c != "\n" and c in "\r\t"}
    # Decoded, the text is as harmless: a runner prints it to the log once more.
    assert_harmless("\n".join(c.text for c in shown if not c.text.startswith("::")), kept="\n")
    assert all(visible(line) == line for c in shown for line in c.text.split("\n"))
