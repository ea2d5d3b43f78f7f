"""The maturity matrix, against the table of the design written out by hand."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from checker.model.level import Level
from checker.model.lock import Pin
from checker.rules.policy.decide import decide, decide_closure, decide_unlocked, exact_version
from tests.support.policies import default_policy, entry

TODAY = dt.date(2026, 11, 1)
PANDAS = canonicalize_name("pandas")
V2 = Version("2.2")
LEVELS = ("student", "intern", "supervised", "autonomous")

#: Row of the design's table → its entry and the answers for the four levels.
TABLE = {
    "banned": ([entry("pandas", status="banned")], "deny deny deny deny"),
    "untrusted": ([], "deny deny deny deny"),
    "pending": ([entry("pandas", status="pending")], "deny deny deny deny"),
    "expired": ([entry("pandas", expires=dt.date(2026, 10, 31))], "deny deny deny deny"),
    "approved, min intern": ([entry("pandas", level="intern")], "deny allow allow allow"),
    "approved, min supervised": ([entry("pandas", level="supervised")], "deny deny allow allow"),
    "approved, min autonomous": ([entry("pandas", level="autonomous")], "deny deny deny allow"),
}


@pytest.mark.parametrize("row", TABLE)
@pytest.mark.parametrize("level", LEVELS)
def test_matrix(row, level):
    entries, answers = TABLE[row]
    decision = decide(default_policy(*entries), PANDAS, V2, Level(level), TODAY)
    assert decision.allowed is (answers.split()[LEVELS.index(level)] == "allow")


@pytest.mark.parametrize(
    ("entries", "level", "rule"),
    [
        ([entry("pandas", status="banned")], "student", "banned"),
        ([entry("pandas")], "student", "student"),
        ([], "intern", "untrusted"),
        ([entry("pandas", "<2")], "intern", "untrusted"),
        ([entry("pandas", status="pending", level="autonomous")], "intern", "pending"),
        ([entry("pandas", level="autonomous", expires=dt.date(2026, 10, 31))], "intern", "expired"),
        ([entry("pandas", level="autonomous")], "intern", "level"),
        ([entry("pandas")], "intern", "approved"),
    ],
)
def test_the_order_of_reasons(entries, level, rule):
    assert decide(default_policy(*entries), PANDAS, V2, Level(level), TODAY).rule == rule


def test_an_approval_holds_through_its_last_day():
    policy = default_policy(entry("pandas", expires=TODAY))
    assert decide(policy, PANDAS, V2, Level.INTERN, TODAY).allowed
    assert decide(policy, PANDAS, V2, Level.INTERN, TODAY + dt.timedelta(days=1)).rule == "expired"


def test_any_ban_that_covers_the_version_wins_over_any_approval():
    approval, ban = entry("pandas", ">=2"), entry("pandas", "==2.2", "banned")
    for entries in ([approval, ban], [ban, approval]):
        policy = default_policy(*entries)
        assert decide(policy, PANDAS, V2, Level.AUTONOMOUS, TODAY).rule == "banned"
        assert decide(policy, PANDAS, Version("2.3"), Level.INTERN, TODAY).allowed


def test_the_most_helpful_reason_is_given():
    entries = [
        entry("pandas", status="pending"),
        entry("pandas", expires=dt.date(2020, 1, 1)),
        entry("pandas", level="autonomous"),
    ]
    assert decide(default_policy(*entries), PANDAS, V2, Level.INTERN, TODAY).rule == "level"


def test_the_decision_names_the_line_that_decided_it():
    decision = decide(default_policy(entry("pandas")), PANDAS, V2, Level.INTERN, TODAY)
    assert str(decision.location) == "policies/packages.yaml:3"


def closure(*entries, roots=("pandas",), edges=None, level="intern", transitive="covered"):
    policy = default_policy(*entries, transitive=transitive)
    pins = [Pin(canonicalize_name(name), V2) for name in ("pandas", "numpy", "six")]
    graph = {canonicalize_name(k): tuple(map(canonicalize_name, v)) for k, v in (edges or {}).items()}
    names = {canonicalize_name(root) for root in roots}
    found = decide_closure(policy, pins, names, graph, Level(level), TODAY)
    return {pin.name: decision for pin, decision in found.items()}


def test_a_dependency_is_covered_by_the_chain_that_brings_it():
    found = closure(entry("pandas"), edges={"pandas": ["numpy"], "numpy": ["six"]})
    assert found["six"].rule == "covered"
    assert found["six"].chain == ("pandas", "numpy", "six")
    assert "pandas → numpy → six" in found["six"].reason


def test_a_chain_from_a_denied_package_covers_nothing():
    found = closure(entry("pandas", status="pending"), edges={"pandas": ["numpy"]})
    assert not found["numpy"].allowed


def test_what_nothing_reaches_is_not_covered():
    assert not closure(entry("pandas"), edges={"pandas": ["numpy"]})["six"].allowed


def test_a_banned_dependency_is_never_covered():
    found = closure(entry("pandas"), entry("numpy", status="banned"), edges={"pandas": ["numpy"]})
    assert found["numpy"].rule == "banned"


def test_a_declared_package_needs_an_approval_of_its_own():
    found = closure(entry("pandas"), roots=("pandas", "numpy"), edges={"pandas": ["numpy"]})
    assert found["numpy"].rule == "untrusted"


def test_registered_wants_an_entry_for_every_distribution():
    found = closure(entry("pandas"), edges={"pandas": ["numpy"]}, transitive="registered")
    assert found["numpy"].rule == "untrusted"


@pytest.mark.parametrize(
    ("entries", "specifier", "level", "rule"),
    [
        ([], ">=1", "intern", "untrusted"),
        ([entry("pandas")], ">=1", "intern", "approved"),
        ([entry("pandas", ">=2")], ">=1", "intern", None),
        ([entry("pandas", ">=2")], "==2.2", "intern", "approved"),
        ([entry("pandas", ">=2")], "==1.0", "intern", "untrusted"),
        ([entry("pandas", "<1", "banned"), entry("pandas")], ">=1", "intern", None),
        ([entry("pandas", ">=2")], ">=1", "student", "student"),
        ([entry("pandas", status="banned")], "", "autonomous", "banned"),
    ],
)
def test_without_a_lock_only_what_every_version_agrees_on(entries, specifier, level, rule):
    policy = default_policy(*entries)
    decision = decide_unlocked(policy, PANDAS, SpecifierSet(specifier), Level(level), TODAY)
    assert (decision.rule if decision else None) == rule


@pytest.mark.parametrize(
    ("text", "version"), [("==1.2", "1.2"), ("==1.2,!=1.2", None), ("==1.*", None), (">=1", None), ("", None)]
)
def test_exact_version(text, version):
    assert exact_version(SpecifierSet(text)) == (Version(version) if version else None)


VERSIONS = st.sampled_from(["1.0", "1.0.0", "2.0rc1", "2.2", "2!1", "2.2+local", "2.2.post1", "2.2.dev1"])
ENTRIES = st.builds(
    entry,
    st.just("pandas"),
    st.sampled_from(["", ">=1", "<2", "==2.2", "~=2.1"]),
    st.sampled_from(["approved", "pending", "banned"]),
    st.sampled_from(["intern", "supervised", "autonomous"]),
    expires=st.none() | st.dates(dt.date(2026, 10, 1), dt.date(2026, 12, 1)),
)


@given(st.lists(ENTRIES, max_size=5), VERSIONS, st.sampled_from(list(Level)))
def test_the_order_of_entries_never_matters(entries, version, level):
    def answer(ordered):
        decision = decide(default_policy(*ordered), PANDAS, Version(version), level, TODAY)
        return decision.allowed, decision.rule

    assert answer(entries) == answer(entries[::-1])


@given(st.lists(ENTRIES, max_size=5), VERSIONS, st.sampled_from(list(Level)))
def test_a_ban_more_never_allows_more(entries, version, level):
    before = decide(default_policy(*entries), PANDAS, Version(version), level, TODAY)
    ban = entry("pandas", "", "banned")
    after = decide(default_policy(*entries, ban), PANDAS, Version(version), level, TODAY)
    assert not after.allowed
    assert after.allowed <= before.allowed


@given(st.lists(ENTRIES, max_size=5), VERSIONS)
def test_a_higher_level_is_never_allowed_less(entries, version):
    answers = [
        decide(default_policy(*entries), PANDAS, Version(version), level, TODAY).allowed for level in Level
    ]
    assert answers == sorted(answers)
