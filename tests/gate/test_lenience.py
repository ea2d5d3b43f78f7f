"""Which advisories only warn for now, and that nothing else ever does."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.model.policy import AdvisorySettings
from checker.model.severity import Severity
from checker.rules.advisories.lenience import due, excuse
from tests.support.policies import policy_from
from tests.support.verdicts import NOW, failed, finding, level_settings, policy, verdict_on, waiver

TODAY = NOW.date()
PUBLISHED = NOW - dt.timedelta(days=5)
DAYS = {Severity.CRITICAL: 0, Severity.HIGH: 7, Severity.UNKNOWN: 30}


def advisory(severity=Severity.HIGH, **changes):
    details = {
        "rule": "vulnerabilities",
        "subject": "GHSA-aaaa-bbbb-cccc",
        "published": PUBLISHED,
        "fixed": True,
    }
    return finding(severity, **(details | changes))


def judged(found, settings=None, waivers=(), **advisories):
    plain = policy(settings or level_settings(), waivers=waivers)
    by = plain.model_copy(update={"advisories": plain.advisories.model_copy(update=advisories)})
    verdict = verdict_on(failed(found, check="vulnerabilities"), by=by)
    ((one,),) = [outcome.findings for skill in verdict.skills for outcome in skill.outcomes]
    return verdict.decision.value, one


def test_without_settings_every_advisory_at_the_threshold_fails():
    assert judged(advisory(in_base=True, fixed=False))[0] == "fail"


def test_days_to_fix_are_counted_from_publication():
    decision, one = judged(advisory(), level_settings(fix_within_days=DAYS))
    assert decision == "pass"
    assert (one.effect, one.due) == ("warns", dt.date(2026, 11, 24))
    assert one.excuse == "fails after 2026-11-24: 2 days left of those the policy allows for high"


@pytest.mark.parametrize(
    ("ago", "effect", "words"),
    [(6, "warns", "1 day left"), (7, "warns", "today is the last day"), (8, "fails", None)],
)
def test_the_last_day_still_counts(ago, effect, words):
    published = NOW - dt.timedelta(days=ago)
    _, one = judged(advisory(published=published), level_settings(fix_within_days=DAYS))
    assert one.effect == effect
    assert (words or "") in (one.excuse or "")
    assert one.due is not None


@pytest.mark.parametrize(
    "published", [None, NOW + dt.timedelta(days=1), dt.datetime.max.replace(tzinfo=dt.UTC)]
)
def test_a_date_that_is_missing_or_ahead_gives_no_days(published):
    assert judged(advisory(published=published), level_settings(fix_within_days=DAYS))[0] == "fail"


def test_a_severity_without_days_fails_at_once():
    settings = level_settings(fix_within_days=DAYS)
    assert judged(advisory(Severity.CRITICAL), settings)[0] == "fail"
    assert judged(advisory(Severity.UNKNOWN), settings)[0] == "pass"


def test_only_new_excuses_what_the_base_had():
    assert judged(advisory(in_base=True), only_new=True)[1].excuse.startswith("not new")
    assert judged(advisory(in_base=False), only_new=True)[0] == "fail"
    assert judged(advisory(in_base=None), only_new=True)[0] == "fail"


def test_fixable_only_excuses_what_nobody_fixed():
    assert judged(advisory(fixed=False), fixable_only=True)[1].excuse == "nobody has fixed it yet"
    assert judged(advisory(fixed=True), fixable_only=True)[0] == "fail"
    assert judged(advisory(fixed=None), fixable_only=True)[0] == "fail"


def test_a_waiver_comes_before_an_excuse():
    accepted = waiver(skill="skills/a", subject="GHSA-aaaa-bbbb-cccc")
    _, one = judged(advisory(in_base=True), only_new=True, waivers=(accepted,))
    assert (one.effect, one.excuse) == ("waived", None)


def test_what_is_below_the_threshold_needs_no_excuse():
    _, one = judged(advisory(Severity.LOW, in_base=True), only_new=True)
    assert (one.effect, one.excuse, one.due) == ("warns", None, None)


ADVISORIES = AdvisorySettings(source="online", max_age_days=7, require=(), only_new=True, fixable_only=True)


@given(st.dates(dt.date(1971, 1, 1), dt.date(9000, 1, 1)), st.integers(0, 3650))
def test_malicious_packages_and_broken_rules_are_never_excused(today, days):
    settings = level_settings(fix_within_days=dict.fromkeys(Severity, days))
    for severity in (Severity.MALICIOUS, Severity.ERROR):
        found = advisory(severity, in_base=True, fixed=False)
        assert excuse(found, settings, ADVISORIES, today) is None
        assert due(found, settings, today) is None


@pytest.mark.parametrize(
    "days", ["{urgent: 3}", "{malicious: 3}", "{high: soon}", "{high: -1}", "{high: 99999}", "[high]"]
)
def test_days_that_mean_nothing_are_refused(days):
    text = f"version: 1\nlevels:\n  intern:\n    fix_within_days: {days}\n"
    with pytest.raises(Exception, match=r"policies/maturity\.yaml:4"):
        policy_from(text)


def test_the_policy_reads_the_keys():
    text = "version: 1\nlevels: {intern: {fix_within_days: {critical: 0, high: 7}}}\nadvisories: {only_new: true}\n"
    read = policy_from(text)
    assert read.levels["intern"].fix_within_days == {Severity.CRITICAL: 0, Severity.HIGH: 7}
    assert (read.advisories.only_new, read.advisories.fixable_only) == (True, False)
