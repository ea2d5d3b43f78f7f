"""Every change of a rescan has its cause, and nothing is a change twice."""

from __future__ import annotations

import datetime as dt
import json

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.asking import ask
from checker.escape import visible
from checker.judge import judge
from checker.model.level import Level
from checker.model.outcome import Outcome
from checker.model.plan import Exam, Examinee
from checker.model.severity import Severity
from checker.pipeline import selected
from checker.reporters.rescan import render_json, render_text, rescan_schema
from checker.rules.advisories.rescan import compare
from checker.tools import Tools
from tests.support.examples import examples
from tests.support.locked import Quiet, RangeScanner, advisory, skill_locking
from tests.support.policies import entry
from tests.support.trees import MemoryTree
from tests.support.verdicts import NOW, level_settings, plain_outcomes, policy, verdict_on, waiver

VALIDATOR = jsonschema.Draft202012Validator(rescan_schema())
some = st.lists(plain_outcomes, max_size=5).map(lambda outcomes: verdict_on(*outcomes))
LATER = NOW + dt.timedelta(days=10)
OLD_DB = "snapshot 2026-11-20, sha256:0123456789abcdef, 1 records"
NEW_DB = "snapshot 2026-12-01, sha256:fedcba9876543210, 2 records"
ENTRIES = {name: (entry(name),) for name in ("deep", "app", "late")}
DEEP = {"deep": [("1.5", advisory("GHSA-1", "1.5", aliases=("CVE-1",)))]}
LATE = {"late": [("9", advisory("GHSA-2"))]}
A = skill_locking(["deep", "late"], ["deep==1.1", "late==1"], skill="skills/a")
B = skill_locking(["deep", "late"], ["deep==1.1", "late==1"], skill="skills/b")
BOTH = (A, B)


def judged(skills, known, *, now=NOW, database=OLD_DB, version="1.0", head="a" * 40, scanner=None, **changes):
    """The verdict and its policy, over an engine that knows what it is told."""
    scanner = scanner or RangeScanner(known, database=database, version=version)
    by = policy(**({"entries": ENTRIES} | changes))
    examinees = tuple(Examinee(skill=skill, level=Level.INTERN) for skill in skills)
    tools = Tools(head=MemoryTree(), progress=Quiet(), scanners=(scanner,), off={"index": "--offline"})
    exam = Exam(policy=by, examinees=examinees, now=now)
    outcomes, engines = ask(selected(("packages", "vulnerabilities")), exam, tools)
    # What the checks say of files on disk is another matter: these skills have none.
    told = [o for o in outcomes if o.check in ("packages", "vulnerabilities")]
    return judge(told, engines, examinees, by, now=now, base=None, head=head, advisories_label=database), by


def changes(before, after):
    """(sign, cause, subject, why, skills) of every change from one `judged` to the next."""
    found = compare(before[0], *after)
    return [(c.change, c.cause.value, c.subject, c.why, c.skills) for c in found.changes]


def later(skills=BOTH, known=DEEP, **more):
    return judged(skills, known, **({"now": LATER, "database": NEW_DB} | more))


def test_nothing_changed_is_nothing_new():
    first = judged(BOTH, DEEP)
    assert changes(first, later(BOTH, DEEP)) == []
    assert changes(first, first) == []


def test_a_new_advisory_is_one_row_with_its_skills():
    assert changes(judged(BOTH, DEEP), later(BOTH, DEEP | LATE)) == [
        ("appeared", "new advisory", "GHSA-2", "the database did not say so before", ("skills/a", "skills/b"))
    ]


def test_a_date_says_it_better():
    dated = {"late": [("9", advisory("GHSA-2", published=LATER - dt.timedelta(days=1)))]}
    ((_, cause, _, why, _),) = changes(judged(BOTH, {}), later(BOTH, dated, version="2.0"))
    assert (cause, why) == ("new advisory", "published on 2026-12-01")


def test_a_withdrawn_advisory():
    assert changes(judged(BOTH, DEEP), later(BOTH, {})) == [
        ("gone", "withdrawn advisory", "GHSA-1", "the database no longer says so", ("skills/a", "skills/b"))
    ]


def test_an_advisory_that_goes_by_another_id_is_the_same():
    renamed = {"deep": [("1.5", advisory("PYSEC-9", "1.5", aliases=("CVE-1",)))]}
    assert changes(judged(BOTH, DEEP), later(BOTH, renamed)) == []


@pytest.mark.parametrize(
    ("skill", "sign", "why"),
    [
        (skill_locking(["deep"], ["deep==1.6"]), "gone", "deep==1.6 is locked now"),
        (skill_locking(["late"], ["late==1"]), "gone", "deep==1.1 is no longer locked"),
        (None, "gone", "the skill is gone"),
    ],
)
def test_what_the_repository_did_away_with(skill, sign, why):
    after = later((skill,) if skill else (B,), DEEP)
    found = [change for change in changes(judged((A,), DEEP), after) if "skills/a" in change[4]]
    assert [(c[0], c[1], c[3]) for c in found] == [(sign, "repository changed", why)]


def test_what_the_repository_brought():
    bumped = skill_locking(["deep"], ["deep==1.6"])
    ((sign, cause, subject, why, _),) = changes(judged((bumped,), DEEP), later((A,), DEEP))
    assert (sign, cause, subject, why) == (
        "appeared",
        "repository changed",
        "GHSA-1",
        "deep==1.1 was not locked before",
    )
    ((_, cause, _, why, _),) = changes(judged((A,), DEEP), later(BOTH, DEEP))
    assert (cause, why) == ("repository changed", "the skill was not examined before")


def test_an_affected_version_that_was_only_replaced_by_another_is_no_news():
    assert (
        changes(judged((A,), DEEP), later((skill_locking(["deep", "late"], ["deep==1.2", "late==1"]),), DEEP))
        == []
    )


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"version": "2.0"}, "asked pip-audit 2.0, before pip-audit 1.0"),
        ({"database": "OSV, online"}, "advisories come from another source than before"),
        ({"database": OLD_DB}, "the database is the same: the engine answers otherwise"),
    ],
)
def test_engine_or_database(more, why):
    ((_, cause, _, said, _),) = changes(judged(BOTH, DEEP), later(BOTH, DEEP | LATE, **more))
    assert (cause, said) == ("engine or database changed", why)
    ((_, cause, _, said, _),) = changes(judged(BOTH, DEEP), later(BOTH, {}, **more))
    assert (cause, said) == ("engine or database changed", why)


def test_what_could_not_be_asked_is_not_withdrawn():
    silent = RangeScanner({}, database=NEW_DB, fails_from=1)
    found = changes(judged((A,), DEEP), later((A,), scanner=silent))
    assert [(c[0], c[1], c[2], c[3]) for c in found] == [
        (
            "gone",
            "engine or database changed",
            "GHSA-1",
            "is not answered now: pip-audit: killed by signal 9",
        ),
        ("unanswered", "engine or database changed", "vulnerabilities", "pip-audit: killed by signal 9"),
    ]
    back = changes(later((A,), scanner=silent), judged((A,), DEEP, now=LATER + dt.timedelta(days=1)))
    assert [(c[0], c[1]) for c in back] == [
        ("appeared", "engine or database changed"),
        ("answered", "engine or database changed"),
    ]


def test_a_waiver_that_expired():
    accepted = waiver(subject="CVE-1", expires=LATER.date() - dt.timedelta(days=1))
    given = {"waivers": (accepted,)}
    ((sign, cause, subject, why, _),) = changes(judged((A,), DEEP, **given), later((A,), DEEP, **given))
    assert (sign, cause, subject) == ("changed", "waiver expired", "GHSA-1")
    assert why == "the waiver at policies/waivers.yaml:4 expired on 2026-12-01"


def test_a_waiver_that_was_taken_away_or_given():
    given = {"waivers": (waiver(subject="CVE-1"),)}
    ((_, cause, _, why, _),) = changes(judged((A,), DEEP, **given), later((A,), DEEP))
    assert (cause, why) == ("repository changed", "the waiver was changed or taken away")
    ((_, cause, _, why, _),) = changes(judged((A,), DEEP), later((A,), DEEP, **given))
    assert (cause, why) == ("repository changed", "waived by the policy as it is now, fails before")


def test_a_waiver_that_held_until_a_fix():
    given = {"waivers": (waiver(subject="CVE-1", until_fixed=True),)}
    unfixed = {"deep": [("1.5", advisory("GHSA-1", aliases=("CVE-1",)))]}
    ((_, cause, _, why, _),) = changes(judged((A,), unfixed, **given), later((A,), DEEP, **given))
    assert cause == "engine or database changed"
    assert why == "there is a fixed version now, until which the waiver held"


def test_an_approval_that_expired():
    entries = ENTRIES | {"deep": (entry("deep", expires=NOW.date()),)}
    ((sign, cause, subject, why, _),) = changes(
        judged((A,), {}, entries=entries), later((A,), {}, entries=entries)
    )
    assert (sign, cause, subject) == ("appeared", "approval expired", "deep==1.1")
    assert why == "the approval of deep (policies/packages.yaml:3) expired on 2026-11-22"


def test_an_approval_that_was_taken_away():
    entries = {name: rows for name, rows in ENTRIES.items() if name != "deep"}
    ((_, cause, subject, _, _),) = changes(judged((A,), {}), later((A,), {}, entries=entries))
    assert (cause, subject) == ("repository changed", "deep==1.1")


def test_time_to_fix_that_ran_out():
    levels = dict.fromkeys(Level, level_settings(fix_within_days={Severity.HIGH: 7}))
    dated = {"deep": [("1.5", advisory("GHSA-1", "1.5", published=NOW - dt.timedelta(days=2)))]}
    ((sign, cause, _, why, _),) = changes(
        judged((A,), dated, levels=levels), later((A,), dated, levels=levels)
    )
    assert (sign, cause, why) == ("changed", "time to fix ran out", "was to be fixed by 2026-11-27")


def test_another_severity_and_a_fix_are_the_databases_doing():
    worse = {"deep": [("1.5", advisory("GHSA-1", "1.5", severity=Severity.CRITICAL))]}
    ((_, cause, _, why, _),) = changes(judged((A,), DEEP), later((A,), worse))
    assert (cause, why) == ("engine or database changed", "rated critical, was high")
    ((_, cause, _, why, _),) = changes(
        judged((A,), {"deep": [("1.5", advisory("GHSA-1"))]}), later((A,), DEEP)
    )
    assert (cause, why) == ("engine or database changed", "there is a fixed version now")


def test_without_a_previous_verdict_nothing_is_a_change():
    found = compare(None, *judged(BOTH, DEEP | LATE, waivers=(waiver(skill="skills/b", subject="CVE-1"),)))
    assert (found.previous, found.changes) == (None, ())
    assert [(s.subject, s.fails, s.waived) for s in found.standing] == [
        ("GHSA-1", ("skills/a",), ("skills/b",)),
        ("GHSA-2", ("skills/a", "skills/b"), ()),
    ]


def test_checks_that_this_run_did_not_ask_are_no_change():
    verdict, by = judged((A,), DEEP)
    ran = Outcome.of("sandbox", "skills/a", ())
    skill = verdict.skills[0].model_copy(update={"outcomes": (*verdict.skills[0].outcomes, ran)})
    assert compare(verdict.model_copy(update={"skills": (skill,)}), *judged((A,), DEEP)).changes == ()
    assert by


@examples(40)
@given(some, some)
def test_any_two_verdicts_can_be_compared(one, other):
    found = compare(one, other, policy())
    assert compare(other, other, policy()).changes == ()
    assert render_text(found) == visible(render_text(found), newlines=True)
    VALIDATOR.validate(json.loads(render_json(found)))
    assert found == compare(one, other, policy())
