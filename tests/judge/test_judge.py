"""The semantics of outcomes: could-not-check is never clean, and whatever happens there is a decision."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.errors import PolicyError
from checker.judge import judge, merged, unreadable_policy_verdict
from checker.model.level import Level
from checker.model.outcome import Outcome, Status
from checker.model.severity import Severity
from checker.model.verdict import DecisionWord, EngineRun
from tests.support import verdicts as v

WORST = (DecisionWord.PASS, DecisionWord.INCONCLUSIVE, DecisionWord.FAIL)
FAILED_SILENTLY = Outcome(check="lock", skill="skills/a", status=Status.FAILED, reason="no lock")
BROKEN = Outcome.broken("lock", "skills/a", "no answer")


def decide(*outcomes, **by):
    return v.verdict_on(*outcomes, by=v.policy(**by)).decision


def only_outcome(verdict):
    return verdict.skills[0].outcomes[0]


# -- statuses and decisions ---------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [Status.PASSED, Status.NOT_APPLICABLE, Status.SKIPPED])
def test_what_is_not_wrong_passes(status):
    assert decide(Outcome(check="lock", skill="skills/a", status=status)) == "pass"


def test_nothing_to_examine_passes():
    assert v.verdict_on().decision == "pass"


def test_a_failing_finding_fails():
    assert decide(v.failed(v.finding())) == "fail"


def test_a_failure_without_findings_fails():
    assert decide(FAILED_SILENTLY) == "fail"


def test_broken_is_inconclusive():
    assert decide(BROKEN, v.passed("manifest", "skills/a")) == "inconclusive"


def test_broken_fails_where_the_policy_says_so():
    assert decide(BROKEN, on_broken="fail") == "fail"


def test_a_failure_wins_over_something_broken():
    assert decide(BROKEN, v.failed(v.finding())) == "fail"


def test_a_broken_check_that_found_something_stays_broken_and_fails():
    verdict = v.verdict_on(Outcome.broken("lock", "skills/a", "stopped half way", (v.finding(),)))
    assert (only_outcome(verdict).status, verdict.decision) == (Status.BROKEN, "fail")


def test_a_passed_check_with_an_error_failed():
    outcome = Outcome(check="lock", skill="skills/a", status=Status.PASSED, findings=(v.finding(),))
    assert only_outcome(v.verdict_on(outcome)).status is Status.FAILED


def test_a_failed_check_with_warnings_only_passed():
    verdict = v.verdict_on(v.failed(v.finding(Severity.WARNING), v.finding(Severity.NOTE)))
    assert (only_outcome(verdict).status, verdict.decision) == (Status.PASSED, "pass")
    assert {f.effect for f in only_outcome(verdict).findings} == {"warns"}


@pytest.mark.parametrize(("on_broken", "decision"), [("inconclusive", "inconclusive"), ("fail", "fail")])
def test_a_skill_that_no_check_answered_for_is_no_pass(on_broken, decision):
    verdict = v.verdict_on(by=v.policy(on_broken=on_broken), examinees=[v.examinee("skills/a")])
    assert (verdict.decision, verdict.skills[0].outcomes) == (decision, ())


def test_a_forgotten_skill_is_inconclusive_beside_one_that_passes():
    examinees = [v.examinee("skills/a"), v.examinee("skills/b")]
    verdict = v.verdict_on(v.passed("lock", "skills/a"), examinees=examinees)
    assert [(s.skill, s.decision) for s in verdict.skills] == [
        ("skills/a", "pass"),
        ("skills/b", "inconclusive"),
    ]
    assert verdict.decision == "inconclusive"


def test_an_outcome_of_an_unknown_skill_is_kept():
    verdict = v.verdict_on(v.failed(v.finding(), skill="skills/x"), examinees=[])
    assert (verdict.skills[0].skill, verdict.skills[0].level, verdict.decision) == ("skills/x", None, "fail")


# -- thresholds ---------------------------------------------------------------------------------------------

RATED = (Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL)


@pytest.mark.parametrize("threshold", RATED)
@pytest.mark.parametrize("severity", RATED)
def test_a_rated_advisory_fails_from_the_threshold_on(threshold, severity):
    by = v.policy(v.level_settings(fail_on=threshold))
    expected = "fail" if RATED.index(severity) >= RATED.index(threshold) else "pass"
    assert v.verdict_on(v.failed(v.finding(severity)), by=by).decision == expected


@pytest.mark.parametrize(("setting", "expected"), [("fail", "fail"), ("warn", "pass")])
def test_an_unrated_advisory_follows_the_policy(setting, expected):
    by = v.policy(v.level_settings(unknown_severity=setting))
    assert v.verdict_on(v.failed(v.finding(Severity.UNKNOWN)), by=by).decision == expected


@pytest.mark.parametrize("threshold", [s for s in Severity if s not in RATED])
def test_a_threshold_that_is_none_lets_nothing_rated_pass(threshold):
    by = v.policy(v.level_settings(fail_on=threshold))
    assert v.verdict_on(v.failed(v.finding(Severity.LOW)), by=by).decision == "fail"


def test_each_skill_is_judged_by_its_own_level():
    levels = {level: v.level_settings(fail_on=Severity.CRITICAL) for level in Level}
    levels[Level.AUTONOMOUS] = v.level_settings(fail_on=Severity.LOW)
    outcomes = [v.failed(v.finding(Severity.HIGH), skill=s) for s in ("skills/a", "skills/b")]
    examinees = [v.examinee("skills/a"), v.examinee("skills/b", Level.AUTONOMOUS)]
    verdict = v.verdict_on(*outcomes, by=v.policy(levels=levels), examinees=examinees)
    assert [s.decision for s in verdict.skills] == ["pass", "fail"]


def test_a_level_without_settings_has_the_strictest():
    assert decide(v.failed(v.finding(Severity.LOW)), levels={}) == "fail"


# -- the verdict's own fields -------------------------------------------------------------------------------


def test_outcomes_stand_in_the_order_asked_for_and_skills_by_name():
    outcomes = [
        v.passed(c, s) for s in ("skills/b", "skills/a") for c in ("zeta", "sandbox", "manifest", "alpha")
    ]
    verdict = v.verdict_on(*outcomes)
    assert [s.skill for s in verdict.skills] == ["skills/a", "skills/b"]
    assert [o.check for o in verdict.skills[0].outcomes] == ["manifest", "sandbox", "alpha", "zeta"]


def test_the_worst_findings_come_first():
    found = [v.finding(s) for s in (Severity.NOTE, Severity.LOW, Severity.CRITICAL, Severity.MALICIOUS)]
    ordered = only_outcome(v.verdict_on(v.failed(*found))).findings
    assert [f.severity for f in ordered] == ["malicious", "critical", "low", "note"]


def test_engines_are_merged_by_name():
    runs = [
        EngineRun(name="index", ran=False, reason="no answer"),
        EngineRun(name="index", version="1", ran=True),
        EngineRun(name="docker", ran=False, reason="not installed"),
        EngineRun(name="docker", ran=False, reason="not installed"),
    ]
    assert merged(runs) == (
        EngineRun(name="docker", ran=False, reason="not installed"),
        EngineRun(name="index", version="1", ran=True, reason="no answer"),
    )


@pytest.mark.parametrize(
    "now",
    [
        dt.datetime(2026, 11, 22, 10, 30),
        dt.datetime(2026, 11, 22, 12, 30, tzinfo=dt.timezone(dt.timedelta(hours=2))),
    ],
)
def test_the_clock_is_utc(now):
    assert v.verdict_on(now=now).now == v.NOW
    assert v.verdict_on(now=now).now.tzinfo is dt.UTC


def test_a_policy_that_cannot_be_read_still_ends_in_a_verdict():
    error = PolicyError("unknown key 'levles'", "policies/maturity.yaml", 3)
    verdict = unreadable_policy_verdict(error, now=v.NOW, head=v.HEAD, base=v.BASE)
    assert verdict.decision == "inconclusive"
    assert verdict.error == "policies/maturity.yaml:3: unknown key 'levles'"
    assert (verdict.now, verdict.base, verdict.head, verdict.skills) == (v.NOW, v.BASE, v.HEAD, ())


# -- properties ---------------------------------------------------------------------------------------------


def run(outcomes, engines, examinees, policy):
    return judge(outcomes, engines, examinees, policy, now=v.NOW, base=None, head=v.HEAD)


@given(
    st.data(),
    st.lists(v.plain_outcomes, max_size=5),
    st.lists(v.engines, max_size=3),
    v.examinees,
    v.policies,
)
def test_the_order_of_what_comes_in_never_matters(data, outcomes, engines, examinees, policy):
    shuffled = [data.draw(st.permutations(items)) for items in (outcomes, engines, examinees)]
    assert run(*shuffled, policy) == run(outcomes, engines, examinees, policy)


@given(
    st.lists(v.plain_outcomes, min_size=1, max_size=4),
    st.integers(0, 3),
    v.plain_findings,
    v.examinees,
    v.policies,
)
def test_an_added_finding_never_improves_a_decision(outcomes, which, finding, examinees, policy):
    before = outcomes[which % len(outcomes)]
    if before.status is Status.FAILED and not before.findings:
        return  # its findings are unknown: the next test
    after = before.model_copy(update={"findings": (*before.findings, finding)})
    with_it = [after if outcome is before else outcome for outcome in outcomes]
    decisions = [run(some, [], examinees, policy).decision for some in (outcomes, with_it)]
    assert WORST.index(decisions[1]) >= WORST.index(decisions[0])


@given(st.lists(v.plain_outcomes, max_size=4), v.examinees, v.policies)
def test_a_failure_that_nobody_explains_always_fails(outcomes, examinees, policy):
    assert run([*outcomes, FAILED_SILENTLY], [], examinees, policy).decision == "fail"


@given(st.lists(v.plain_outcomes, max_size=4), v.examinees, v.policies)
def test_broken_never_passes(outcomes, examinees, policy):
    assert run([*outcomes, BROKEN], [], examinees, policy).decision != "pass"


@given(st.lists(v.outcomes, max_size=4), v.examinees, v.policies)
def test_every_examinee_and_every_outcome_is_in_the_verdict(outcomes, examinees, policy):
    verdict = run(outcomes, [], examinees, policy)
    assert {s.skill for s in verdict.skills} == {e.skill.id for e in examinees} | {o.skill for o in outcomes}
    assert sum(len(s.outcomes) for s in verdict.skills) == len(outcomes)
    assert all(f.effect for s in verdict.skills for o in s.outcomes for f in o.findings)


@given(st.lists(v.plain_outcomes, max_size=4), v.examinees, v.policies)
def test_judging_twice_changes_nothing(outcomes, examinees, policy):
    once = run(outcomes, [], examinees, policy)
    again = [outcome for skill in once.skills for outcome in skill.outcomes]
    assert {s.skill: s.decision for s in run(again, [], examinees, policy).skills} == {
        s.skill: s.decision for s in once.skills
    }
