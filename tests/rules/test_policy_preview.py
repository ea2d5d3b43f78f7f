"""What a change of the policy relaxes and tightens, and which skills would turn."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from checker.load.lockfile import parse_lock
from checker.model.level import Level
from checker.model.policy import Grant
from checker.rules.policy.decide import decide
from checker.rules.policy.diff import diff
from checker.rules.policy.effects import MAX_NAMES, effects
from checker.rules.policy.preview import Pair, preview
from tests.checks.test_packages import FakeIndex, lock_of
from tests.cli.conftest import lock
from tests.support.policies import default_policy, entry, policy_from, skill, waiver

TODAY = dt.date(2026, 11, 22)


def told(before, after):
    found = effects(before, after, diff(before, after), TODAY)
    return [f"{effect.direction} {effect.sentence}" for effect in found]


def registry(*entries):
    return default_policy(*entries)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([], [entry("a")], "relaxes a: not in the registry → approved from intern"),
        ([entry("a")], [], "tightens a: approved from intern → not in the registry"),
        ([], [entry("a", "<2", "banned")], "tightens a: not in the registry → banned <2"),
        ([entry("a", status="pending")], [entry("a")], "relaxes a: pending → approved from intern"),
        ([], [entry("a", status="pending")], "alters a: not in the registry → pending"),
        ([entry("a")], [entry("a", level="autonomous")], "tightens a: approved from intern → approved from autonomous"),
        ([entry("a", ">=2")], [entry("a", ">=1")], "relaxes a: approved >=2 from intern → approved >=1 from intern"),
        ([entry("a")], [entry("a", reason="other")], "alters a: approved from intern → approved from intern"),
        (
            [entry("a", expires=dt.date(2027, 1, 1))],
            [entry("a", expires=dt.date(2028, 1, 1))],
            "relaxes a: approved from intern until 2027-01-01 → approved from intern until 2028-01-01",
        ),
        (
            [entry("a", expires=dt.date(2026, 1, 1))],
            [],
            "alters a: approved from intern until 2026-01-01 → not in the registry",
        ),
    ],
)  # fmt: skip
def test_the_registry_is_compared_by_its_effect(before, after, expected):
    assert told(registry(*before), registry(*after)) == [expected]


def test_a_change_can_do_both():
    sentences = told(registry(entry("a", "<2")), registry(entry("a", ">=1")))
    assert [sentence.split()[0] for sentence in sentences] == ["relaxes", "tightens"]


def test_moving_an_entry_does_nothing():
    assert told(registry(entry("a"), entry("b")), registry(entry("b"), entry("a"))) == []


def test_a_long_list_is_counted():
    many = [entry(f"p{number}") for number in range(MAX_NAMES + 3)]
    assert told(registry(), registry(*many))[-1] == "alters and 3 more names of the registry"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("transitive: registered", "tightens transitive: covered → registered"),
        ("on_broken: fail", "tightens on_broken: inconclusive → fail"),
        ("skill_format: strict", "tightens skill_format: lenient → strict"),
        ("default_maturity: autonomous", "relaxes default_maturity: intern → autonomous"),
        ("min_release_age_days: 3", "tightens min_release_age_days: 0 → 3"),
        ("source_builds: [a]", "relaxes source_builds: a added"),
        ("direct_sources: ['https://x.example/a.whl']", "relaxes direct_sources: https://x.example/a.whl added"),
        ("advisories: {require: [osv]}", "relaxes advisories.require: pip-audit removed"),
        ("advisories: {engines: [pip-audit, osv]}", "relaxes advisories.engines: safety removed"),
        ("advisories: {only_new: true}", "relaxes advisories.only_new: false → true"),
        ("advisories: {fixable_only: true}", "relaxes advisories.fixable_only: false → true"),
        ("levels: {intern: {fix_within_days: {high: 7}}}", "relaxes levels.intern.fix_within_days.high: 0 → 7"),
        ("advisories: {max_age_days: 30}", "relaxes advisories.max_age_days: 7 → 30"),
        ("sandbox: {enabled: false}", "relaxes sandbox.enabled: true → false"),
        ("lock: {max_packages: 100}", "tightens lock.max_packages: 200 → 100"),
        ("default_python: 3.12", "alters default_python: 3.11 → 3.12"),
        ("indexes: [https://index.example/]", "alters indexes: [] → [https://index.example/]"),
        ("levels: {intern: {fail_on: high}}", "relaxes levels.intern.fail_on: medium → high"),
        ("levels: {intern: {unknown_severity: warn}}", "relaxes levels.intern.unknown_severity: fail → warn"),
        ("levels: {intern: {require_tests: true}}", "tightens levels.intern.require_tests: false → true"),
        ("levels: {intern: {max_waiver_days: 5}}", "tightens levels.intern.max_waiver_days: 180 → 5"),
        ("levels: {intern: {limits: {cpus: 2}}}", "relaxes levels.intern.limits.cpus: 1.0 → 2.0"),
        ("grants: []", "tightens grants: from now on a skill declares only what is granted"),
    ],
)  # fmt: skip
def test_settings_are_compared_by_what_they_mean(text, expected):
    before, after = policy_from("version: 1\n"), policy_from(f"version: 1\n{text}\n")
    assert told(before, after) == [expected]
    (back,) = told(after, before)
    opposite = {"relaxes": "tightens", "tightens": "relaxes", "alters": "alters"}
    assert back.split()[0] == opposite[expected.split()[0]]


def test_grants_by_what_they_give():
    before = default_policy(grants=(Grant(skills="a/*", levels=(Level.INTERN, Level.SUPERVISED)),))
    after = default_policy(grants=(Grant(skills="a/*", levels=(Level.INTERN, Level.AUTONOMOUS)),))
    assert told(before, after) == [
        "relaxes grants: a/* may declare autonomous",
        "tightens grants: a/* may no longer declare supervised",
    ]


def test_waivers():
    early, late = waiver("packages", "a"), waiver("packages", "a", expires=dt.date(2027, 6, 1))
    until_fixed = waiver("packages", "a", until_fixed=True)
    one, two, three, none = (default_policy(waivers=w) for w in ((early,), (late,), (until_fixed,), ()))
    label = "waiver of packages a for skills/*"
    assert told(none, one) == [f"relaxes {label}: new, until 2026-12-31"]
    assert told(one, none) == [f"tightens {label}: removed"]
    assert told(one, two) == [f"relaxes {label}: until 2026-12-31 → until 2027-06-01"]
    assert told(one, three) == [f"tightens {label}: until_fixed true"]


SPECIFIERS = st.sampled_from(["", ">=1", "<2", "==1.5", "!=1.5", "~=1.4", ">=1,<2", "==1.*", ">1.5", "<=1.5"])
ENTRIES = st.lists(
    st.builds(
        entry,
        st.just("a"),
        SPECIFIERS,
        st.sampled_from(["approved", "pending", "banned"]),
        st.sampled_from(["intern", "supervised", "autonomous"]),
    ),
    max_size=3,
)
VERSIONS = st.sampled_from(
    [
        "0.1",
        "1",
        "1.0.post1",
        "1.4",
        "1.4.9",
        "1.5rc1",
        "1.5",
        "1.5.0.1",
        "1.5.post1",
        "1.6",
        "2.dev0",
        "2",
        "3",
    ]
)


@given(ENTRIES, ENTRIES, VERSIONS, st.sampled_from(Level))
def test_whatever_becomes_possible_is_said(before, after, version, level):
    old, new = registry(*before), registry(*after)
    one, two = (decide(p, entry("a").name, Version(version), level, TODAY).allowed for p in (old, new))
    directions = {sentence.split()[0] for sentence in told(old, new)}
    assert one >= two or "relaxes" in directions
    assert one <= two or "tightens" in directions


def locked(name="skills/tables", *names, requires="", **fields):
    text = lock(*names, requires=requires)
    locks = {"linux-x86-64": parse_lock(text.encode(), f"{name}/pylock.toml", "linux-x86-64")}
    return skill(name, names[:1], locks=locks, **fields)


def turned(before, after, *skills):
    found = preview(before, after, [Pair(one, one) for one in skills], TODAY)
    return [(turn.skill, turn.before, turn.after, turn.reasons) for turn in found.turns]


def test_a_ban_turns_the_skills_that_lock_it_also_through_others():
    direct, through, other = (
        locked("a", "evil"),
        locked("b", "pandas", "evil", requires="evil"),
        locked("c", "pandas"),
    )
    before = registry(entry("evil"), entry("pandas"))
    after = registry(entry("evil", status="banned"), entry("pandas"))
    assert turned(before, after, direct, through, other) == [
        ("a", "pass", "fail", ("evil==2.2: evil 2.2 is banned: useful",)),
        ("b", "pass", "fail", ("evil==2.2: evil 2.2 is banned: useful",)),
    ]
    assert [t[:3] for t in turned(after, before, direct, through, other)] == [("a", "fail", "pass"), ("b", "fail", "pass")]  # fmt: skip


def test_transitive_turns_what_only_came_along():
    one = locked("b", "pandas", "numpy", requires="numpy")
    before, after = registry(entry("pandas")), default_policy(entry("pandas"), transitive="registered")
    assert [t[:3] for t in turned(before, after, one)] == [("b", "pass", "fail")]


def test_the_default_level_and_grants_turn_skills():
    one = locked("skills/a", "pandas")
    before = default_policy(entry("pandas", level="supervised"))
    after = before.model_copy(update={"default_maturity": Level.SUPERVISED})
    assert [t[:3] for t in turned(before, after, one)] == [("skills/a", "fail", "pass")]
    declared = locked("skills/a", "pandas", maturity=Level.SUPERVISED)
    assert turned(before, before.model_copy(update={"grants": ()}), declared) == [
        ("skills/a", "pass", "fail", ("`maturity: supervised` is not granted",))
    ]


def test_a_waiver_turns_a_skill_and_one_over_the_cap_does_not():
    one, before = locked("skills/a", "pandas"), default_policy()
    after = default_policy(waivers=(waiver("packages", "pandas"),))
    assert [t[:3] for t in turned(before, after, one)] == [("skills/a", "fail", "pass")]
    too_long = default_policy(waivers=(waiver("packages", "pandas", expires=dt.date(2028, 1, 1)),))
    assert turned(before, too_long, one) == []


def test_a_further_target_leaves_skills_without_its_lock_open():
    one, before = locked("skills/a", "pandas"), default_policy(entry("pandas"))
    (target,) = before.targets
    after = before.model_copy(update={"targets": (target, target.model_copy(update={"name": "mac"}))})
    assert turned(before, after, one) == [("skills/a", "pass", "inconclusive", ("no lock for target mac",))]


def test_nothing_changed_turns_nothing():
    one = registry(entry("pandas"))
    found = preview(one, one, [Pair(locked("a", "pandas"), locked("a", "pandas"))], TODAY)
    assert (found.relaxes, found.tightens, found.alters, found.turns, found.skills) == ((), (), (), (), 1)


def test_with_an_index_the_edges_are_its_own():
    text = lock_of("pandas", "evil", requires={"pandas": ["evil"]})
    locks = {"linux-x86-64": parse_lock(text.encode(), "a/pylock.toml", "linux-x86-64")}
    one, before, after = (
        skill("a", ["pandas"], locks=locks),
        default_policy(),
        default_policy(entry("pandas")),
    )
    forged = preview(before, after, [Pair(one, one)], TODAY, FakeIndex(pandas=[], evil=[]))
    true = preview(before, after, [Pair(one, one)], TODAY, FakeIndex(pandas=["evil"], evil=[]))
    assert [turn.after for turn in forged.turns] == []
    assert [turn.after for turn in true.turns] == ["pass"]
