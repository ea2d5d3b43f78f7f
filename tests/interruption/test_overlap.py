"""Work side by side: what comes out is what a plain loop gives, and nothing is waited for in vain."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker import overlap
from checker.overlap import Abandoned, ended_by, overlapped, pause, still_wanted
from tests.support.examples import examples


class Failed(Exception):
    pass


def ours() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("overlap-")]


#: Thousandths of a second that an item takes, and whether it fails.
items = st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=8)


@examples(25)
@given(items, st.integers(1, 5))
def test_the_same_as_a_loop(todo: list[tuple[int, bool]], at_once: int) -> None:
    def work(number: int) -> int:
        wait, fails = todo[number]
        time.sleep(wait / 1000)
        if fails:
            raise Failed(number)
        return number * 10

    failing = [number for number, (_, fails) in enumerate(todo) if fails]
    if failing:
        with pytest.raises(Failed) as error:
            overlapped(work, range(len(todo)), at_once)
        assert error.value.args == (failing[0],)
    else:
        assert overlapped(work, range(len(todo)), at_once) == [n * 10 for n in range(len(todo))]
    assert not ours()


def test_never_more_at_once_than_allowed() -> None:
    running, most, lock = 0, 0, threading.Lock()

    def work(_: int) -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.002)
        with lock:
            running -= 1

    overlapped(work, range(20), 3)
    assert most == 3


@pytest.mark.parametrize("error", [SystemExit(3), MemoryError(), KeyboardInterrupt()], ids=repr)
def test_no_failure_is_lost(error: BaseException) -> None:
    def work(number: int) -> None:
        if number == 1:
            raise error

    with pytest.raises(type(error)) as raised:
        overlapped(work, range(3), 3)
    assert raised.value is error


def test_what_comes_after_a_failure_is_ended() -> None:
    seen: list[BaseException] = []

    def work(number: int) -> None:
        if number == 0:
            time.sleep(0.02)
            raise Failed
        try:
            pause(30)
        except BaseException as error:
            seen.append(error)
            raise

    started = time.monotonic()
    with pytest.raises(Failed):
        overlapped(work, range(9), 3)
    assert time.monotonic() - started < 1
    assert [type(error) for error in seen] == [Abandoned, Abandoned]  # the others were never begun


def test_what_comes_before_a_failure_is_waited_for() -> None:
    """Or else which of two failures is told would depend on timing."""

    def work(number: int) -> None:
        time.sleep(0.05 if number == 0 else 0)
        raise Failed(number)

    with pytest.raises(Failed) as error:
        overlapped(work, range(4), 4)
    assert error.value.args == (0,)


def test_an_answer_that_was_cut_short_is_none() -> None:
    """`end` makes the block return as if all were well; nobody must take that for an answer."""
    ends: Counter[str] = Counter()
    answers: list[str] = []

    def work(number: int) -> str:
        if number == 0:
            time.sleep(0.02)
            raise Failed
        cut = threading.Event()

        def end() -> None:
            ends["called"] += 1
            cut.set()

        with ended_by(end):
            cut.wait(30)
        answers.append("whole")
        return "whole"

    with pytest.raises(Failed):
        overlapped(work, range(2), 2)
    assert (ends, answers) == ({"called": 1}, [])


def test_what_is_over_is_not_ended() -> None:
    ends: list[int] = []

    def work(number: int) -> None:
        with ended_by(lambda: ends.append(number)):
            pass
        pause(0.01)
        if number == 0:
            raise Failed

    with pytest.raises(Failed):
        overlapped(work, range(4), 4)
    assert ends == []


def test_ctrl_c_reaches_threads_below_threads() -> None:
    ended: list[str] = []

    def inner(name: str) -> None:
        try:
            pause(30)
        finally:
            ended.append(name)

    def outer(name: str) -> None:
        if name == "c":
            time.sleep(0.05)
            os.kill(os.getpid(), signal.SIGINT)
        try:
            overlapped(inner, [f"{name}1", f"{name}2"], 2)
        finally:
            ended.append(name)

    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        overlapped(outer, "abc", 3)
    assert time.monotonic() - started < 1
    assert {"a", "a1", "a2", "b", "b1", "b2", "c"} <= set(ended)
    assert not ours()


def test_nothing_new_begins_in_a_thread_nobody_waits_for() -> None:
    begun: list[str] = []

    def work(number: int) -> None:
        if number == 0:
            raise Failed
        time.sleep(0.1)
        for begin in (still_wanted, ended_by(bool).__enter__, lambda: pause(1)):
            try:
                begin()
            except Abandoned:
                continue
            begun.append("begun")

    with pytest.raises(Failed):
        overlapped(work, range(2), 2)
    assert begun == []


def test_a_thread_that_nobody_can_end_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overlap, "_GRACE", 0.05)
    stuck = threading.Event()

    def work(number: int) -> None:
        if number == 0:
            raise Failed
        stuck.wait(30)

    started = time.monotonic()
    with pytest.raises(Failed):
        overlapped(work, range(2), 2)
    assert time.monotonic() - started < 0.5
    assert all(thread.daemon for thread in threading.enumerate() if thread.name.startswith("overlap-"))
    stuck.set()


@pytest.mark.parametrize("allowed", [0, 2])
def test_where_the_machine_allows_few_threads(monkeypatch: pytest.MonkeyPatch, allowed: int) -> None:
    start, started = threading.Thread.start, []

    def refuse(thread: threading.Thread) -> None:
        if len(started) == allowed:
            raise RuntimeError("can't start new thread")
        started.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert overlapped(str, range(5), 4) == list("01234")


def test_without_threads_nothing_is_in_the_way() -> None:
    """Whoever calls from elsewhere is interrupted by signals alone."""
    with ended_by(lambda: pytest.fail("ended")):
        still_wanted()
        pause(0.001)
    assert overlapped(lambda name: (name, threading.current_thread()), ["a"], 8) == [
        ("a", threading.main_thread())
    ]
