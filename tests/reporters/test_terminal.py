"""The terminal report: what stands where, and that nothing foreign acts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.errors import PolicyError
from checker.judge import unreadable_policy_verdict
from checker.model.outcome import Outcome, Status
from checker.model.verdict import DecisionWord, SkillVerdict, Verdict
from checker.reporters import terminal
from checker.reporters.page import Page
from checker.reporters.terminal import render
from tests.support import verdicts as v
from tests.support.examples import examples
from tests.support.harmless import assert_harmless
from tests.support.snapshots import assert_snapshot

ANSI = re.compile(r"\x1b\[[0-9;]*m")


@pytest.mark.parametrize("width", [80, 120])
def test_the_whole_report(width):
    assert_snapshot(render(v.sample(), Page(width)), f"terminal-{width}.txt", Path(__file__).parent)


def test_a_policy_error_is_the_report():
    error = PolicyError("unknown key 'levles'", "policies/maturity.yaml", 3)
    text = render(unreadable_policy_verdict(error, now=v.NOW, head=v.HEAD))
    assert_snapshot(text, "terminal-policy-error.txt", Path(__file__).parent)


def test_a_plain_pass_is_a_row_in_the_table_and_nothing_else():
    text = render(v.sample())
    assert len([line for line in text.splitlines() if "skills/tables" in line]) == 1


def test_the_last_line_says_decision_exit_code_and_counts():
    last = render(v.sample(), Page(200)).splitlines()[-1]
    assert last == (
        "✗ fail (exit code 1) · 7 skills: 3 fail, 1 is inconclusive, 3 pass"
        " · 7 findings: 5 to fix, 1 to note, 1 waived"
    )


@pytest.mark.parametrize(
    ("outcomes", "last"),
    [
        ((), "✓ pass (exit code 0) · no skill was examined"),
        ((v.passed("lock", "skills/a"),), "✓ pass (exit code 0) · 1 skill: 1 passes"),
        (
            (Outcome.broken("lock", "skills/a", "no answer"),),
            "! inconclusive (exit code 3) · 1 skill: 1 is inconclusive",
        ),
    ],
)
def test_other_decisions(outcomes, last):
    assert render(v.verdict_on(*outcomes)).splitlines()[-1] == last


def test_what_fails_comes_first():
    titles = re.findall(r"^(. \w+)  skills/", render(v.sample()), re.MULTILINE)
    assert titles == ["✗ fail", "✗ fail", "✗ fail", "! inconclusive", "✓ pass"]


def test_a_command_stays_on_one_line_however_narrow_the_page():
    command = "proctor lock " + "skills/a-rather-long-name " * 8
    text = render(v.verdict_on(v.failed(v.finding(remedy=command))), Page(60))
    assert f"    do   {command}".rstrip() in text.splitlines()


def test_a_place_stays_on_one_line_whatever_the_folder_is_called():
    found = v.finding(file="skills/a\nb/skill.yaml", line=4)
    report = render(v.verdict_on(v.failed(found)))
    assert "    at   skills/a\\x0ab/skill.yaml:4\n" in report


def test_a_failure_that_nobody_explains_is_said():
    silent = Outcome(check="lock", skill="skills/a", status=Status.FAILED)
    assert "lock failed: it did not say why" in render(v.verdict_on(silent))


def test_a_skill_without_any_answer_is_said():
    assert "no check answered for this skill" in render(v.verdict_on(examinees=[v.examinee("skills/a")]))


def test_only_the_end_of_a_long_output_is_shown():
    phase = v.sample().skills[3].outcomes[-1].evidence.phases[0]
    long = phase.model_copy(
        update={"output": "".join(f"line {n}\n" for n in range(500)), "output_truncated": False}
    )
    outcome = v.failed(v.finding(), check="sandbox")
    evidence = v.sample().skills[3].outcomes[-1].evidence.model_copy(update={"phases": (long,)})
    text = render(v.verdict_on(outcome.model_copy(update={"evidence": evidence})))
    assert "│ line 499" in text
    assert "│ line 459" not in text


@examples(60)
@given(v.verdicts, st.integers(1, 200))
def test_plain_text_holds_no_control_and_no_command(verdict: Verdict, width):
    text = render(verdict, Page(width))
    assert_harmless(text, kept="\n")
    assert not re.search(r" $", text, re.MULTILINE)


@examples(60)
@given(v.verdicts)
def test_colour_adds_nothing_but_colour(verdict: Verdict):
    coloured = render(verdict, Page(100, color=True))
    plain = ANSI.sub("", coloured)
    assert_harmless(plain, kept="\n")
    assert re.sub(r" +$", "", plain, flags=re.MULTILINE) == render(verdict, Page(100))


@pytest.mark.slow
@examples(60)
@given(v.verdicts, st.integers(60, 200), st.booleans())
def test_a_table_in_one_piece_looks_like_one_of_rows(verdict: Verdict, width, color):
    """The two ways to hand the table to rich differ in haste alone."""
    page = Page(width, color=color)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(terminal, "_GAP", width)
        by_rows = render(verdict, page)
    assert ANSI.sub("", render(verdict, page)) == ANSI.sub("", by_rows)


def test_it_does_not_look_at_the_environment(monkeypatch):
    expected = render(v.sample())
    for name, value in {"COLUMNS": "40", "FORCE_COLOR": "1", "TERM": "dumb", "NO_COLOR": "1"}.items():
        monkeypatch.setenv(name, value)
    assert render(v.sample()) == expected


def test_where_the_columns_do_not_fit_each_skill_says_what_did_not_pass():
    rules = [f"a-check-with-a-long-name-{number}" for number in range(6)]
    statuses = [Status.PASSED, Status.FAILED, Status.BROKEN, Status.PASSED, Status.SKIPPED, Status.FAILED]
    outcomes = tuple(
        Outcome(check=rule, skill="skills/x", status=status, reason="why")
        for rule, status in zip(rules, statuses, strict=True)
    )
    skill = SkillVerdict(skill="skills/x", decision=DecisionWord.FAIL, outcomes=outcomes)
    verdict = Verdict(decision=DecisionWord.FAIL, now=v.NOW, head="work tree", skills=(skill,))
    narrow, wide = (" ".join(render(verdict, Page(width=width)).split()) for width in (100, 400))
    assert (
        f"6 checks {_RULE} skills/x ✗ fail {rules[1]}, {rules[5]} ! broken {rules[2]} ✓ pass 2 \N{EN DASH} skip 1"
        in (re.sub("─+", _RULE, narrow))
    )
    assert "6 checks" not in wide


_RULE = "-"
