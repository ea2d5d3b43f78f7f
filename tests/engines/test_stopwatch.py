"""The shares of a run: the innermost stage, what overlaps on its own, and nothing lost or counted twice."""

from __future__ import annotations

import threading
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from checker.engines.stopwatch import Reading, Stopwatch
from checker.engines.timed import timed
from checker.errors import Unanswered
from checker.model.advisory import ScanReport
from checker.tools import UNTIMED, Tools
from tests.support.fake_index import FakeIndex
from tests.support.scans import Quiet
from tests.support.trees import MemoryTree


class Hands:
    """Two clocks that move when they are told to; processors work half of the time."""

    def __init__(self) -> None:
        self.wall = 0.0

    def __call__(self) -> Reading:
        return Reading(self.wall, self.wall / 2)


def shares(watch: Stopwatch) -> dict[str, float]:
    found = {" and ".join(share.stages): share.wall_seconds for share in watch.profile().shares}
    return {stages: seconds for stages, seconds in found.items() if seconds}


def test_the_innermost_stage_counts_and_the_rest_has_a_name():
    hands = Hands()
    watch = Stopwatch(now=hands)
    hands.wall = 1
    with watch.stage("lock"):
        hands.wall = 3
        with watch.stage("index"):
            hands.wall = 7
        hands.wall = 8
    hands.wall = 10
    assert shares(watch) == {"start": 1, "lock": 3, "index": 4, "other": 2}
    assert (watch.profile().wall_seconds, watch.profile().cpu_seconds) == (10, 5)
    assert {share.cpu_seconds for share in watch.profile().shares} == {0.5, 1.5, 2, 1}


def test_a_run_began_before_its_clock_was_made():
    hands = Hands()
    hands.wall = 5
    assert shares(Stopwatch(Reading(2, 1), hands)) == {"start": 3}


def test_a_stage_that_ends_in_an_error_ends():
    hands = Hands()
    watch = Stopwatch(now=hands)
    with suppress(Unanswered), watch.stage("scan"):
        hands.wall = 1
        raise Unanswered("osv", "down")
    hands.wall = 2
    assert shares(watch) == {"scan": 1, "other": 1}


def test_a_stage_that_is_under_way_counts_until_now():
    hands = Hands()
    watch = Stopwatch(now=hands)
    with watch.stage("report"):
        hands.wall = 1
        assert shares(watch) == {"report": 1}


def test_what_overlaps_is_a_share_of_its_own_and_two_of_a_kind_are_one():
    """One builds from 0 to 4, another builds from 1 to 2 and runs from 2 to 6: in threads that a third waits for."""
    hands, turn = Hands(), threading.Barrier(2, timeout=10)
    watch = Stopwatch(now=hands)

    def second() -> None:
        turn.wait()
        with watch.stage("build"):
            turn.wait()
            turn.wait()
        with watch.stage("run"):
            turn.wait()
            turn.wait()

    def first() -> None:
        with watch.stage("build"):
            hands.wall = 1
            turn.wait()
            turn.wait()
            hands.wall = 2
            turn.wait()
            turn.wait()
            hands.wall = 4
        hands.wall = 6
        turn.wait()

    workers = [threading.Thread(target=work) for work in (first, second)]
    with watch.stage("checks"):
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        hands.wall = 7
    assert shares(watch) == {"build": 2, "build and run": 2, "run": 2, "checks": 1}


MOVES = st.lists(st.tuples(st.sampled_from(["load", "lock", "index", "out"]), st.integers(0, 5)), max_size=30)


@given(MOVES)
def test_the_shares_are_the_whole(moves):
    hands, open_stages = Hands(), []
    watch = Stopwatch(now=hands)
    for name, spent in moves:
        hands.wall += spent
        if name != "out":
            open_stages.append(watch.stage(name))
            open_stages[-1].__enter__()
        elif open_stages:
            open_stages.pop().__exit__(None, None, None)
    profile = watch.profile()
    assert sum(share.wall_seconds for share in profile.shares) == profile.wall_seconds == hands.wall
    assert sum(share.cpu_seconds for share in profile.shares) == profile.cpu_seconds
    assert len({share.stages for share in profile.shares}) == len(profile.shares)


def test_real_clocks_count_processors():
    watch = Stopwatch()
    with watch.stage("judge"):
        sum(range(1_000_000))
    (judged,) = (share for share in watch.profile().shares if share.stages == ("judge",))
    assert 0 < judged.cpu_seconds <= watch.profile().cpu_seconds
    assert 0 < judged.wall_seconds <= watch.profile().wall_seconds


class Slow:
    """An engine, and wheels, and a sandbox: each takes a second."""

    name, database, version = "slow", "yesterday's", "1"

    def __init__(self, hands: Hands) -> None:
        self.hands = hands

    def _answer(self, answer):
        self.hands.wall += 1
        return answer

    def scan(self, pins):
        return self._answer(ScanReport(engine="slow", version="1"))

    def modules(self, files):
        return self._answer(dict.fromkeys(files, ("module",)))

    def build(self, order):
        return self._answer(order)

    def run(self, image, phases, limits):
        return self._answer((image, phases, limits))


def test_each_tool_answers_as_before_in_its_stage():
    hands = Hands()
    watch, slow = Stopwatch(now=hands), Slow(hands)
    index = FakeIndex({"demo==1.0": ()})
    plain = Tools(MemoryTree({}), Quiet(), index, scanners=(slow,), sandbox=slow, wheels=slow)
    tools = timed(plain, watch)
    assert tools.index.projects(["demo"]) == index.projects(["demo"])
    assert tools.index.metadata([]) == {}
    assert tools.wheels.modules(["a"]) == {"a": ("module",)}
    assert tools.scanners[0].scan(frozenset()) == slow.scan(frozenset())
    assert (tools.scanners[0].name, tools.scanners[0].database) == ("slow", "yesterday's")
    assert (tools.sandbox.build("order"), tools.sandbox.version) == ("order", "1")
    assert tools.sandbox.run("image", (), None) == ("image", (), None)
    assert shares(watch) == {"index": 1, "scan": 1, "build": 1, "run": 1, "other": 1}


def test_what_is_switched_off_stays_off():
    tools = timed(Tools(MemoryTree({}), Quiet()), Stopwatch())
    assert (tools.index, tools.scanners, tools.sandbox, tools.wheels) == (None, (), None, None)


def test_nobody_times_what_nobody_asked_about():
    with UNTIMED.stage("load"):
        pass
    assert UNTIMED.profile() is None
