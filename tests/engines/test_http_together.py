"""One client, many threads: how many ask a host at once, and what `Retry-After` means to all of them."""

from __future__ import annotations

import threading
import time

import pytest

from checker.engines.http import Http, Patience
from checker.errors import Unanswered
from checker.overlap import Abandoned, overlapped
from tests.support.loopback import Asked, Loopback

PATIENCE = Patience(connect=5, read=5, whole=20, retries=2, backoff=0.01, longest_retry_after=5)


def get(http: Http, url: str) -> int:
    return http.get(url, accept="*/*", max_bytes=1000).status


def test_however_many_threads_ask_a_host() -> None:
    """Two batches at the same time, as for the index's pages and its wheels: the limit is the client's."""
    busy, most, lock = 0, 0, threading.Lock()

    def answer(_: Asked) -> tuple[int, bytes]:
        nonlocal busy, most
        with lock:
            busy += 1
            most = max(most, busy)
        time.sleep(0.01)
        with lock:
            busy -= 1
        return 200, b"{}"

    with Loopback(answer) as server, Http(patience=PATIENCE, per_host=3) as http:

        def batch(name: str) -> list[int]:
            return overlapped(lambda n: get(http, f"{server.url}/{name}{n}"), range(12), 8)

        assert overlapped(batch, "ab", 2) == [[200] * 12] * 2
    assert most == 3
    assert server.connections == 3


def test_a_host_that_asks_for_patience_is_left_alone_by_all() -> None:
    """One thread is told; the others have their answers coming, and begin nothing before the time is over."""
    times: list[float] = []
    refused = threading.Event()

    def answer(asked: Asked) -> tuple[int, bytes]:
        times.append(time.monotonic())
        return 200, b"{}"

    def refuse(handler) -> None:
        if refused.is_set():
            handler.send(200, b"{}")
            return
        refused.set()
        times.append(time.monotonic())
        handler.send(429, b"", headers={"Retry-After": "1"})

    with Loopback(answer) as server, Http(patience=PATIENCE) as http:
        server.faults["/first"] = refuse

        def ask(name: str) -> int:
            if name != "first":
                refused.wait(5)
                time.sleep(0.1)  # for the answer to arrive
            return get(http, f"{server.url}/{name}")

        assert overlapped(ask, ["first", "b", "c", "d"], 4) == [200] * 4
    told, *others = times
    assert min(others) - told >= 1
    assert len(others) == 3


def test_patience_has_an_end() -> None:
    """The longest rest is the operator's to say, not the server's."""
    impatient = Patience(connect=5, read=5, whole=20, retries=1, backoff=0.01, longest_retry_after=1)
    started = time.monotonic()
    with Loopback(lambda _: (200, b"{}")) as server, Http(patience=impatient) as http:
        server.faults["/"] = lambda handler: handler.send(503, b"", headers={"Retry-After": "3600"})
        assert get(http, f"{server.url}/a") == 503
    assert time.monotonic() - started < 3


@pytest.mark.parametrize("slow", ["headers", "body", "retry"])
def test_an_answer_that_nobody_waits_for(slow: str) -> None:
    """Whatever a thread waits for, it ends at once, and not with half an answer."""
    ends: list[BaseException] = []
    waiting, over = threading.Event(), threading.Event()

    def fault(handler) -> None:
        if slow == "retry":
            handler.send(503, b"", headers={"Retry-After": "5"})
        if slow == "body":
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhalf of it")
            handler.wfile.flush()
        waiting.set()
        over.wait(0 if slow == "retry" else 10)

    with Loopback(lambda _: (200, b"{}")) as server, Http(patience=PATIENCE) as http:
        server.faults["/slow"] = fault

        def ask(number: int) -> int:
            if number == 0:
                waiting.wait(5)
                time.sleep(0.05)
                raise Unanswered("test", "enough")
            try:
                return get(http, f"{server.url}/slow")
            except BaseException as error:
                ends.append(error)
                raise

        started = time.monotonic()
        with pytest.raises(Unanswered, match="enough"):
            overlapped(ask, range(2), 2)
        assert time.monotonic() - started < 1
        over.set()
    assert [type(error) for error in ends] == [Abandoned]
