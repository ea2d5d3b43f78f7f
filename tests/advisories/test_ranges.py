from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from checker.rules.osv.ranges import Event, in_order, listed, within

KINDS = ("introduced", "fixed", "last_affected")


@st.composite
def versions(draw: st.DrawFn, local: bool = False) -> Version:
    epoch = draw(st.sampled_from(["", "1!"]))
    release = ".".join(str(n) for n in draw(st.lists(st.integers(0, 4), min_size=1, max_size=3)))
    suffix = draw(st.sampled_from(["", "a1", "b2", "rc1", ".post1", ".dev1", "rc1.post2.dev3"]))
    label = draw(st.sampled_from(["", "+cpu", "+ubuntu.1"])) if local else ""
    return Version(f"{epoch}{release}{suffix}{label}")


def events(*pairs: tuple[str, str]) -> tuple[Event, ...]:
    return in_order(Event(kind, None if text == "0" else Version(text)) for kind, text in pairs)


def intervals(bounds: list[Version], closed: list[bool]) -> tuple[list[Event], list[tuple]]:
    """Disjoint intervals, as events and as what they mean."""
    ordered = sorted(set(bounds))
    spans = list(zip(ordered[::2], ordered[1::2], closed, strict=False))
    found = []
    for start, end, whole in spans:
        found += [Event("introduced", start), Event("last_affected" if whole else "fixed", end)]
    return found, spans


@given(
    st.lists(versions(), max_size=8), st.lists(st.booleans(), min_size=4, max_size=4), versions(), st.data()
)
def test_agrees_with_comparing_every_interval_by_hand(bounds, closed, version, data):
    found, spans = intervals(bounds, closed)
    shuffled = data.draw(st.permutations(found))
    expected = any(
        low <= version and (version <= high if whole else version < high) for low, high, whole in spans
    )
    assert within(version, in_order(shuffled)) == expected


@given(
    st.lists(versions(), max_size=8), st.lists(st.booleans(), min_size=4, max_size=4), versions(local=True)
)
def test_a_local_build_is_affected_where_the_public_version_is(bounds, closed, version):
    found, _ = intervals(bounds, closed)
    assert within(version, in_order(found)) == within(Version(version.public), in_order(found))


@given(st.lists(st.tuples(st.sampled_from(KINDS), st.none() | versions()), max_size=8), versions(), st.data())
def test_the_order_of_events_never_matters(pairs, version, data):
    found = [Event(*pair) for pair in pairs]
    again = data.draw(st.permutations(found))
    assert within(version, in_order(found)) == within(version, in_order(again))


@given(st.lists(versions(local=True), max_size=5), versions(local=True))
def test_a_list_agrees_with_the_equality_of_pep_440(named, version):
    expected = any(SpecifierSet(f"=={other}").contains(version, prereleases=True) for other in named)
    assert listed(version, tuple(str(other) for other in named)) == expected


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("0.9", False),
        ("1.0.dev1", False),
        ("1.0", True),
        ("1.4.9", True),
        ("1.5rc1", True),
        ("1.5", False),
        ("1.5.post1", False),
        ("1.9", False),
        ("2.0", True),
        ("2.1", True),
        ("2.1.post1", False),
        ("1!1.2", False),
    ],
)
def test_several_intervals_out_of_order(version, expected):
    found = events(("last_affected", "2.1"), ("fixed", "1.5"), ("introduced", "2.0"), ("introduced", "1.0"))
    assert within(Version(version), found) is expected


def test_zero_is_before_every_version():
    assert within(Version("0.dev0"), events(("introduced", "0"), ("fixed", "1")))


def test_an_interval_may_begin_where_another_was_fixed():
    found = events(("introduced", "0"), ("fixed", "1.0"), ("introduced", "1.0"), ("fixed", "2.0"))
    assert within(Version("1.0"), found)
    assert within(Version("1.5"), found)
    assert not within(Version("2.0"), found)


def test_one_version_alone_may_be_affected():
    found = events(("introduced", "1.0"), ("last_affected", "1.0"))
    assert within(Version("1.0"), found)
    assert not within(Version("1.0.post1"), found)


def test_an_unending_range_affects_everything_after():
    assert within(Version("99!1"), events(("introduced", "1.0")))


def test_texts_that_are_no_versions_name_nothing():
    assert not listed(Version("1.0"), ("1.0-garbage-x", "", "latest", "9" * 5000))
    assert listed(Version("1.0"), ("latest", "v1.0.0"))
