"""The watch on answers that take too long to begin: ends what waits, and nothing else."""

from __future__ import annotations

import socket
import threading
import time

from checker.engines.watched import Watch


def names() -> list[str]:
    return [thread.name for thread in threading.enumerate()]


def test_a_connection_that_waits_too_long_is_ended_and_a_quick_one_is_not():
    watch = Watch(0.1)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(5)
        with watch.waiting(ours):
            pass
        time.sleep(0.15)
        theirs.send(b"x")
        assert ours.recv(1) == b"x"
        with watch.waiting(ours):
            assert ours.recv(1) == b""
    watch.close()


def test_each_connection_has_its_own_deadline():
    watch = Watch(0.3)
    first, second = socket.socketpair(), socket.socketpair()
    with first[0], first[1], second[0], second[1], watch.waiting(first[0]):
        time.sleep(0.2)
        with watch.waiting(second[0]):
            assert first[0].recv(1) == b""
            second[1].send(b"y")
            assert second[0].recv(1) == b"y"
    watch.close()


def test_one_thread_watches_all_and_ends_when_closed():
    watch = Watch(60)
    pairs = [socket.socketpair() for _ in range(5)]
    for ours, _ in pairs:
        with watch.waiting(ours):
            assert names().count("proctor-watch") == 1
    watch.close()
    deadline = time.monotonic() + 5
    while "proctor-watch" in names() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert "proctor-watch" not in names()
    with watch.waiting(pairs[0][0]):
        assert names().count("proctor-watch") == 1
    watch.close()
    for pair in pairs:
        for end in pair:
            end.close()
