"""The smallest upgrade of a declared package that clears an advisory, and what is said where none is known."""

from __future__ import annotations

import datetime as dt

import pytest

from checker.checks import vulnerabilities
from checker.model.advisory import Reused
from checker.model.level import Level
from checker.model.outcome import Status
from checker.model.plan import Exam, Examinee
from checker.model.severity import Severity
from checker.rules.advisories.upgrade_search import MAX_QUESTIONS
from checker.tools import Tools
from tests.support.fake_index import FakeIndex
from tests.support.locked import Quiet, RangeScanner, advisory, skill_locking
from tests.support.policies import entry
from tests.support.verdicts import NOW, policy

DEEP = {"deep": [("1.5", advisory("GHSA-1", "1.5"))]}
APPROVED = {"app": (entry("app"),), "deep": (entry("deep"),)}


def examined(declared, locked, served, known=DEEP, *, entries=APPROVED, scanner=None, index=None, **changes):
    """The only finding, and the scanner, for a skill over this index."""
    scanner = scanner or RangeScanner(known)
    index = index or FakeIndex(served)
    exam = Exam(
        policy=policy(entries=entries, **changes),
        examinees=(Examinee(skill=skill_locking(declared, locked), level=Level.INTERN),),
        now=NOW,
    )
    scanners = scanner if isinstance(scanner, tuple) else (scanner,)
    tools = Tools(head=None, progress=Quiet(), index=index, scanners=scanners)
    (outcome,) = vulnerabilities.examine(exam, tools, {}).outcomes
    assert outcome.status is Status.FAILED
    (finding,) = outcome.findings
    return finding


def versions(name, *numbers, requires=()):
    return {f"{name}=={number}": tuple(requires) for number in numbers}


def test_direct_the_smallest_clear_version_that_is_served():
    served = versions("deep", "1.1", "1.4", "1.6", "1.7", "2.0")
    found = examined(["deep>=1"], ["deep==1.1"], served)
    assert (found.upgrade, found.package, found.fixed) == ("deep>=1.6", "deep==1.1", True)
    assert found.remedy == "declare `deep>=1.6` in skills/a/skill.yaml, then run `proctor lock skills/a`"


def test_direct_the_engines_are_asked_whether_a_version_is_clear():
    known = {
        "deep": [
            ("1.5", advisory("PYSEC-1", "1.2", aliases=("CVE-1",))),
            ("1.4", advisory("X", "1.4", aliases=("CVE-1",))),
        ]
    }
    found = examined(["deep"], ["deep==1.1"], versions("deep", "1.1", "1.2", "1.4", "1.5"), known)
    assert found.upgrade == "deep>=1.5"  # 1.2, which one record calls fixed, is affected by the other


def test_direct_a_declaration_that_excludes_every_clear_version_is_named():
    found = examined(["deep<1.5"], ["deep==1.1"], versions("deep", "1.1", "1.4", "1.6"))
    assert found.upgrade == "deep>=1.6"
    assert found.remedy.endswith("; `deep<1.5` as declared excludes it")


def test_direct_an_approved_version_comes_before_a_smaller_one():
    entries = {"deep": (entry("deep", ">=1,<1.3"), entry("deep", ">=2"))}
    served = versions("deep", "1.1", "1.6", "2.0", "2.1")
    assert examined(["deep"], ["deep==1.1"], served, entries=entries).upgrade == "deep>=2.0"


def test_direct_a_version_that_nobody_approved_yet_is_said():
    entries = {"deep": (entry("deep", "<1.5"),)}
    found = examined(["deep"], ["deep==1.1"], versions("deep", "1.1", "1.6"), entries=entries)
    assert (
        "the registry does not approve deep 1.6 yet: deep 1.6 is outside of the approved versions"
        in found.remedy
    )
    assert "policies/packages.yaml:3" in found.remedy


@pytest.mark.parametrize(
    "details",
    [
        {"yanked": "broken"},
        {"requires_python": ">=3.12"},
        {"uploaded": NOW - dt.timedelta(days=1)},
    ],
)
def test_a_release_that_a_lock_would_not_take_is_no_upgrade(details):
    index = FakeIndex(versions("deep", "1.1", "1.5", "1.6"), details={"deep==1.5": details})
    found = examined(["deep"], ["deep==1.1"], {}, index=index, min_release_age_days=3)
    assert found.upgrade == "deep>=1.6"


def test_direct_no_release_is_clear():
    known = {"deep": [("9", advisory("GHSA-1"))]}
    found = examined(["deep"], ["deep==1.1"], versions("deep", "1.1", "2.0"), known)
    assert (found.upgrade, found.fixed) == (None, False)
    assert found.remedy.endswith("; the index serves no newer deep that is clear of it")


def test_a_fix_that_no_record_names_is_found_all_the_same():
    known = {"deep": [("1.5", advisory("GHSA-1"))]}
    found = examined(["deep"], ["deep==1.1"], versions("deep", "1.1", "1.5"), known)
    assert (found.upgrade, found.fixed) == ("deep>=1.5", True)


TRANSITIVE = {
    "app==1.0": ("deep<1.2",),
    "app==1.1": ("deep<1.4",),
    "app==1.2": ("deep>=1.3",),
    "app==2.0": ("deep>=1.6",),
    **versions("deep", "1.1", "1.3", "1.6", "1.8"),
}


def test_transitive_the_smallest_root_whose_metadata_admits_a_clear_version():
    found = examined(["app"], ["app==1.0", "deep==1.1"], TRANSITIVE)
    assert found.chain == ("app", "deep")
    assert found.upgrade == "app>=1.2"
    assert found.remedy == (
        "declare `app>=1.2` (the smallest that admits deep 1.6) in skills/a/skill.yaml, "
        "then run `proctor lock skills/a`"
    )


def test_transitive_a_root_that_admits_it_as_locked_needs_a_new_lock_only():
    served = {"app==1.0": ("deep>=1",), "app==2.0": ("deep>=1",), **versions("deep", "1.1", "1.6")}
    found = examined(["app"], ["app==1.0", "deep==1.1"], served)
    assert found.upgrade is None
    assert found.remedy == "run `proctor lock --upgrade skills/a`: app 1.0, as locked, admits deep 1.6"


def test_transitive_a_root_that_needs_it_no_more_clears_it_too():
    served = {"app==1.0": ("deep<1.2",), "app==1.1": (), **versions("deep", "1.1", "1.6")}
    found = examined(["app"], ["app==1.0", "deep==1.1"], served)
    assert "declare `app>=1.1` (the smallest that no longer leads to deep)" in found.remedy


def test_transitive_through_a_package_in_between():
    served = {
        "app==1.0": ("mid==1.0",),
        "app==1.1": ("mid<2",),
        "app==1.2": ("mid>=2",),
        "mid==1.0": ("deep<1.2",),
        "mid==1.5": ("deep<1.3",),
        "mid==2.1": ("deep>=1.2; python_version > '3'", "other; extra == 'x'"),
        **versions("deep", "1.1", "1.6"),
    }
    found = examined(["app"], ["app==1.0", "mid==1.0", "deep==1.1"], served)
    assert (found.chain, found.upgrade) == (("app", "mid", "deep"), "app>=1.2")


def test_transitive_what_the_registry_or_the_declaration_says_of_the_root():
    entries = {"app": (entry("app", "<1.2"),), "deep": (entry("deep"),)}
    found = examined(["app<1.2"], ["app==1.0", "deep==1.1"], TRANSITIVE, entries=entries)
    assert "`app<1.2` as declared excludes it; the registry does not approve app 1.2 yet" in found.remedy


def test_transitive_no_root_admits_it():
    served = {"app==1.0": ("deep<1.2",), "app==1.1": ("deep<1.2",), **versions("deep", "1.1", "1.6")}
    found = examined(["app"], ["app==1.0", "deep==1.1"], served)
    assert found.upgrade is None
    assert found.remedy.endswith("; no served version of app admits one that is clear of it")


FORKED = {
    "app==1.0": ("deep<1.2",),
    "app==1.2": ("deep>=1.3",),
    "web==2.0": ("mid",),
    "web==3.0": ("mid>=2",),
    "mid==1.0": ("deep<1.4",),
    "mid==2.0": ("deep>=1.7",),
    **versions("deep", "1.1", "1.6", "1.8"),
}
LOCKED = ["app==1.0", "web==2.0", "mid==1.0", "deep==1.1"]
TWO = {"app": (entry("app"),), "web": (entry("web"),), "deep": (entry("deep"),)}


def test_several_ways_one_is_shown_and_all_must_admit_the_same_clear_version():
    found = examined(["app", "web"], LOCKED, FORKED | {"web==2.0": ("mid<2",)}, entries=TWO)
    assert found.chain == ("app", "deep")
    assert found.upgrade == "app>=1.2, web>=3.0"
    assert found.remedy == (
        "declare `app>=1.2` and `web>=3.0` (the smallest that admit deep 1.8) in skills/a/skill.yaml, "
        "then run `proctor lock skills/a`"
    )


def test_several_ways_what_admits_it_as_locked_is_not_raised():
    found = examined(["app", "web"], LOCKED, FORKED, entries=TWO)
    assert found.upgrade == "app>=1.2"
    assert "(the smallest that admits deep 1.8)" in found.remedy  # 1.6 suits app alone: mid 2.0 wants 1.7


def test_several_ways_that_all_admit_it_as_locked_need_a_new_lock_only():
    served = FORKED | {"app==1.0": ("deep",)}
    found = examined(["app", "web"], LOCKED, served, entries=TWO)
    assert found.upgrade is None
    assert found.remedy == (
        "run `proctor lock --upgrade skills/a`: app 1.0 and web 2.0, as locked, admit deep 1.8"
    )


def test_several_ways_of_one_declared_package():
    served = {
        "app==1.0": ("left", "right==1.0"),
        "app==1.1": ("left", "right>=1"),
        "left==1.0": ("deep>=1",),
        "right==1.0": ("deep<1.2",),
        "right==2.0": ("deep>=1.7",),
        **versions("deep", "1.1", "1.6", "1.8"),
    }
    found = examined(["app"], ["app==1.0", "left==1.0", "right==1.0", "deep==1.1"], served)
    assert (found.chain, found.upgrade) == (("app", "left", "deep"), "app>=1.1")
    assert "admits deep 1.8" in found.remedy  # left alone would take 1.6


def test_what_is_declared_and_also_comes_through_others_is_cleared_on_both_ways():
    found = examined(["app", "deep>=1"], ["app==1.0", "deep==1.1"], TRANSITIVE)
    assert found.chain == ("deep",)
    assert found.upgrade == "app>=1.2, deep>=1.6"


def test_declared_packages_that_admit_no_clear_version_together():
    served = {
        "app==1.0": ("deep<1.2",),
        "app==1.1": ("deep<1.7",),
        "web==2.0": ("deep",),
        "web==2.1": ("deep>=1.7",),
        **versions("deep", "1.1", "1.6", "1.8"),
    }
    both = ["app==1.0", "web==2.1", "deep==1.1"]
    found = examined(["app", "web"], both, served, entries=TWO)
    assert found.upgrade is None
    assert found.remedy.endswith("; no clear deep is admitted by app and web together")


def test_one_way_that_is_stuck_is_named():
    served = FORKED | {"web==2.0": ("deep<1.2",), "web==3.0": ("deep<1.2",)}
    found = examined(["app", "web"], ["app==1.0", "web==2.0", "deep==1.1"], served, entries=TWO)
    assert found.remedy.endswith("; no served version of web admits one that is clear of it")


def test_packages_that_require_each_other_end_the_search():
    served = {
        "app==1.0": ("mid", "deep<1.2"),
        "app==1.1": ("mid", "deep"),
        "mid==1.0": ("app", "deep"),
        **versions("deep", "1.1", "1.6"),
    }
    found = examined(["app", "mid"], ["app==1.0", "mid==1.0", "deep==1.1"], served)
    assert found.upgrade == "app>=1.1"


def test_the_search_is_bounded_and_says_where_it_stopped():
    old = {f"app==1.{n}": ("deep<1.2",) for n in range(2 * MAX_QUESTIONS)}
    index = FakeIndex({**old, "app==2.0": (), **versions("deep", "1.1", "1.6")})
    found = examined(["app"], ["app==1.0", "deep==1.1"], {}, index=index)
    assert found.remedy.endswith(
        f"; not searched further than app 1.{MAX_QUESTIONS - 1}: {MAX_QUESTIONS} wheels were asked about"
    )
    assert len([pin for pin in index.asked if pin.startswith("app")]) == MAX_QUESTIONS


def test_versions_that_were_not_looked_at_are_counted():
    known = {"deep": [("900", advisory("GHSA-1", "1.5"))]}
    found = examined(
        ["deep"], ["deep==1.1"], versions("deep", "1.1", *(f"{n}.0" for n in range(2, 52))), known
    )
    assert found.remedy.endswith("not searched further: 20 newer versions were not looked at")


def test_an_engine_that_fails_on_the_second_question_clears_nothing():
    scanner = RangeScanner(DEEP, fails_from=2)
    found = examined(["deep"], ["deep==1.1"], versions("deep", "1.1", "1.6"), scanner=scanner)
    assert found.upgrade is None
    assert found.remedy.endswith("; killed by signal 9")


def test_an_index_that_fails_is_said():
    index = FakeIndex(versions("deep", "1.1", "1.6"), broken=frozenset({"deep"}))
    found = examined(["deep"], ["deep==1.1"], {}, index=index)
    assert found.remedy.endswith("; deep answered 500")


def test_nobody_looks_for_a_better_version_of_what_is_malicious():
    known = {"deep": [("1.5", advisory("MAL-1", severity=Severity.MALICIOUS))]}
    scanner = RangeScanner(known)
    found = examined(["deep"], ["deep==1.1"], versions("deep", "1.1", "1.6"), scanner=scanner)
    assert (found.upgrade, len(scanner.asked)) == (None, 1)
    assert found.remedy.startswith("remove `deep`")


def test_all_newer_versions_are_asked_about_together_once():
    scanner = RangeScanner(DEEP)
    examined(["app"], ["app==1.0", "deep==1.1"], TRANSITIVE, scanner=scanner)
    assert [sorted(map(str, pins)) for pins in scanner.asked] == [
        ["app==1.0", "deep==1.1"],
        ["deep==1.6", "deep==1.8"],
    ]


def test_every_engine_that_answered_must_call_a_version_clear():
    other = RangeScanner({"deep": [("1.7", advisory("X", "1.7", aliases=("GHSA-1",)))]}, name="other")
    absent = RangeScanner({}, name="absent", fails_from=1)
    served = versions("deep", "1.1", "1.6", "1.7")
    found = examined(["deep"], ["deep==1.1"], served, scanner=(RangeScanner(DEEP), other, absent))
    assert found.upgrade == "deep>=1.7"
    assert len(absent.asked) == 1


def test_answers_about_newer_versions_that_are_reused_are_said_too():
    class Remembering(RangeScanner):
        def scan(self, pins):
            report = super().scan(pins)
            since = NOW - dt.timedelta(minutes=len(self.asked))
            return report.model_copy(update={"reused": Reused(since=since, answers=len(pins))})

    exam = Exam(
        policy=policy(entries=APPROVED),
        examinees=(Examinee(skill=skill_locking(["deep"], ["deep==1.1"]), level=Level.INTERN),),
        now=NOW,
    )
    index = FakeIndex(versions("deep", "1.1", "1.6", "1.8"))
    tools = Tools(head=None, progress=Quiet(), index=index, scanners=(Remembering(DEEP),))
    (engine,) = vulnerabilities.examine(exam, tools, {}).engines
    assert engine.reused == Reused(since=NOW - dt.timedelta(minutes=2), answers=3)
