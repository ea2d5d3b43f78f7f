"""Waivers: who is covered, until when, and what is said of those that do nothing."""

from __future__ import annotations

import datetime as dt

import pytest

from checker.model.outcome import Outcome
from checker.model.severity import Severity
from tests.support import verdicts as v

ADVISORY = v.finding(
    Severity.HIGH, rule="vulnerabilities", subject="GHSA-aaaa-bbbb-cccc", aliases=("CVE-2024-1",), fixed=False
)
TODAY = v.NOW.date()


def judged(finding=ADVISORY, *, on="skills/a", max_days=90, **waiver):
    by = v.policy(v.level_settings(max_waiver_days=max_days), waivers=(v.waiver(**waiver),))
    verdict = v.verdict_on(v.failed(finding, skill=on, check=finding.rule), by=by)
    return verdict, verdict.skills[0].outcomes[0].findings[0]


def test_a_waived_finding_passes_and_says_by_what():
    verdict, finding = judged()
    assert (verdict.decision, finding.effect) == ("pass", "waived")
    expires = TODAY + dt.timedelta(days=30)
    assert (
        finding.waiver == f"policies/waivers.yaml:4, @org/security, until {expires}: not reachable from here"
    )
    assert verdict.notes == ()


def test_a_waiver_names_an_advisory_by_any_alias():
    assert judged(subject="CVE-2024-1")[0].decision == "pass"


@pytest.mark.parametrize(
    "change",
    [
        {"rule": "packages"},
        {"subject": "GHSA-xxxx-yyyy-zzzz"},
        {"subject": "ghsa-aaaa-bbbb-cccc"},
        {"skill": "skills/b"},
        {"skill": "skills"},
    ],
)
def test_a_waiver_covers_only_what_it_names(change):
    assert judged(**change)[0].decision == "fail"


def test_a_glob_does_not_reach_into_nested_folders():
    assert judged(on="skills/deep/a", skill="skills/*")[0].decision == "fail"
    assert judged(on="skills/deep/a", skill="skills/**")[0].decision == "pass"


@pytest.mark.parametrize("subject", ["PyYAML", "pyyaml", "pyyaml==5.3"])
def test_a_package_is_named_in_any_spelling_with_or_without_its_version(subject):
    finding = v.finding(subject="pyyaml==5.3")
    assert judged(finding, rule="packages", subject=subject)[0].decision == "pass"


@pytest.mark.parametrize("subject", ["a-b.py", "A_B.py", "a_b_py"])
def test_files_are_named_exactly(subject):
    finding = v.finding(rule="manifest", subject="a_b.py")
    assert judged(finding, rule="manifest", subject=subject)[0].decision == "fail"


def test_the_last_day_counts_and_the_next_does_not():
    assert judged(expires=TODAY)[0].decision == "pass"
    verdict, finding = judged(expires=TODAY - dt.timedelta(days=1))
    assert (verdict.decision, finding.effect) == ("fail", "fails")
    assert "does not count: it expired on 2026-11-21" in (finding.waiver or "")
    assert verdict.notes == (finding.waiver,)


def test_a_waiver_may_not_reach_further_than_the_level_allows():
    assert judged(expires=TODAY + dt.timedelta(days=7), max_days=7)[0].decision == "pass"
    verdict, _ = judged(expires=TODAY + dt.timedelta(days=8), max_days=7)
    assert verdict.decision == "fail"
    assert "more than the 7 days away" in verdict.notes[0]


def test_a_malicious_package_is_never_waived():
    malicious = ADVISORY.model_copy(update={"severity": Severity.MALICIOUS})
    verdict, finding = judged(malicious)
    assert (verdict.decision, finding.effect) == ("fail", "fails")
    assert "malicious packages cannot be waived" in verdict.notes[0]


@pytest.mark.parametrize(("fixed", "decision"), [(True, "fail"), (False, "pass"), (None, "pass")])
def test_until_fixed_ends_when_a_fix_exists(fixed, decision):
    verdict, _ = judged(ADVISORY.model_copy(update={"fixed": fixed}), until_fixed=True)
    assert verdict.decision == decision


def test_a_fix_does_not_end_an_ordinary_waiver():
    assert judged(ADVISORY.model_copy(update={"fixed": True}))[0].decision == "pass"


def test_what_could_not_be_checked_cannot_be_waived():
    by = v.policy(waivers=(v.waiver(skill="**"),))
    broken = Outcome.broken("vulnerabilities", "skills/a", "no answer", (ADVISORY,))
    assert v.verdict_on(broken, by=by).decision == "inconclusive"


def test_of_two_waivers_the_one_that_counts_is_used():
    late = v.waiver(expires=TODAY - dt.timedelta(days=1))
    for waivers in [(late, v.waiver()), (v.waiver(), late)]:
        verdict = v.verdict_on(v.failed(ADVISORY, check="vulnerabilities"), by=v.policy(waivers=waivers))
        assert verdict.decision == "pass"
        assert len(verdict.notes) == 1
        assert "expired" in verdict.notes[0]


# -- notes on waivers that do nothing -----------------------------------------------------------------------


def notes(*outcomes, **waiver):
    return v.verdict_on(*outcomes, by=v.policy(waivers=(v.waiver(**waiver),))).notes


def test_an_unused_waiver_is_noted():
    (note,) = notes(v.passed("vulnerabilities", "skills/a"))
    assert note.startswith(
        "waiver at policies/waivers.yaml:4 (vulnerabilities, GHSA-aaaa-bbbb-cccc) is unused"
    )


def test_an_expired_waiver_is_noted_even_where_nothing_was_found():
    (note,) = notes(v.passed("vulnerabilities", "skills/a"), expires=TODAY - dt.timedelta(days=1))
    assert note.endswith("does not count: it expired on 2026-11-21")


def test_a_waiver_of_a_skill_that_was_not_examined_is_not_mentioned():
    assert notes(v.passed("vulnerabilities", "skills/a"), skill="skills/b") == ()
    assert notes(v.passed("vulnerabilities", "skills/a"), skill="skills/b", expires=dt.date(2020, 1, 1)) == ()


@pytest.mark.parametrize(
    "silent",
    [
        Outcome.skipped("vulnerabilities", "skills/a", "offline"),
        Outcome.broken("vulnerabilities", "skills/a", "no answer"),
    ],
)
def test_a_waiver_is_not_called_unused_where_its_check_did_not_answer(silent):
    assert notes(silent, v.passed("lock", "skills/a")) == ()


def test_a_waiver_of_a_check_that_was_left_out_is_not_mentioned():
    by = v.policy(waivers=(v.waiver(),))
    outcome = v.passed("lock", "skills/a")
    assert v.verdict_on(outcome, by=by, left_out={"vulnerabilities"}).notes == ()
    assert "is unused" in v.verdict_on(outcome, by=by).notes[0]


def test_the_callers_notes_come_first():
    by = v.policy(waivers=(v.waiver(),))
    verdict = v.verdict_on(v.passed("vulnerabilities", "skills/a"), by=by, notes=["zebra", "ant"])
    assert verdict.notes[:2] == ("zebra", "ant")
    assert len(verdict.notes) == 3
