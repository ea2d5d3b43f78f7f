"""The joined verdict of any division is that of the undivided run: the same value, so the same reports."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.joining import join
from checker.model.part import Shard
from checker.rules.parts.dealing import dealt, parts_for
from tests.parts.world import Change, changes
from tests.support.verdicts import NOW

IDS = st.sets(st.text(min_size=1, max_size=8), max_size=40)


@given(change=changes(), of=st.integers(1, 8), data=st.data())
def test_parts_in_any_order_make_the_undivided_verdict(change: Change, of: int, data: st.DataObject):
    whole = change.examined()
    parts = [(f"{number}.json", change.examined(Shard(number, of))) for number in range(1, of + 1)]
    joined = join(data.draw(st.permutations(parts)), None, NOW)
    assert joined == whole


@pytest.mark.slow
@given(change=changes(), of=st.integers(2, 8), data=st.data())
def test_whatever_is_missing_is_never_a_pass_and_every_skill_is_named(change, of, data):
    parts = [(f"{number}.json", change.examined(Shard(number, of))) for number in range(1, of + 1)]
    kept = data.draw(st.lists(st.sampled_from(parts), unique_by=lambda part: part[0], max_size=of - 1))
    whole = change.examined()
    division = parts[0][1].part.division
    joined = join(kept, division, NOW)
    assert joined.decision != "pass"
    if not whole.error or not kept:
        assert {skill.skill for skill in joined.skills} >= set(division.skills)
    known = {skill.skill: skill for skill in whole.skills}
    for skill in joined.skills:
        assert skill == known[skill.skill] or (
            skill.decision != "pass" and "not examined" in skill.because[0]
        )


@given(ids=IDS, wanted=st.integers(1, 12))
def test_every_skill_is_dealt_once_and_no_part_is_empty(ids, wanted):
    of = parts_for(ids, wanted)
    hands = [dealt(ids, Shard(number, of)) for number in range(1, of + 1)]
    assert sorted(skill for hand in hands for skill in hand) == sorted(ids)
    sizes = [len(hand) for hand in hands]
    assert max(sizes) - min(sizes) <= 1
    assert not ids or min(sizes) > 0
    assert of <= wanted


def test_dealing_is_the_same_on_every_machine_and_day():
    hands = [sorted(dealt(map(str, range(7)), Shard(number, 3))) for number in (1, 2, 3)]
    assert hands == [["1", "4", "5"], ["2", "3"], ["0", "6"]]


@pytest.mark.slow
@given(change=changes())
def test_times_are_all_that_differs(change):
    later = NOW + dt.timedelta(minutes=7)
    parts = [("1", change.examined(Shard(1, 2))), ("2", change.examined(Shard(2, 2), later))]
    assert join(parts, None, later) == change.examined()
