"""Connections whose answers begin within a deadline, however slowly their headers drip in.

A read time limit starts anew with every byte. Here a watch on the whole header ends the connection, which
ends the wait; bodies are read in pieces by `checker.engines.http`, which looks at the clock itself.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

from checker.overlap import ended_by, still_wanted


class Watch:
    """Ends connections that wait longer than `seconds`: one thread for all of them, while there are any.

    A thread for every request would take longer to start than a small answer takes to be read.
    """

    def __init__(self, seconds: float) -> None:
        """Nothing is started before something is waited for."""
        self._seconds = seconds
        self._waiting: dict[object, tuple[float, socket.socket]] = {}  # by deadline, as all wait equally long
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def over(self, pools: urllib3.PoolManager) -> urllib3.PoolManager:
        """Make every connection of these pools end when an answer's headers take longer than allowed."""
        watch = self

        class Plain(HTTPConnection):
            def connect(self) -> None:
                still_wanted()
                super().connect()

            def getresponse(self) -> Any:
                with watch.waiting(self.sock):
                    return super().getresponse()

        class Secure(HTTPSConnection):
            def connect(self) -> None:
                still_wanted()
                super().connect()

            def getresponse(self) -> Any:
                with watch.waiting(self.sock):
                    return super().getresponse()

        class PlainPool(urllib3.HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(urllib3.HTTPSConnectionPool):
            ConnectionCls = Secure

        pools.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}
        return pools

    @contextmanager
    def waiting(self, connection: socket.socket | None) -> Iterator[None]:
        """End `connection` when the block takes too long, or when nobody waits any more.

        After the block it is not touched any more.
        """
        if connection is None:
            yield
            return
        token = object()
        self._add(token, connection)
        try:
            with ended_by(lambda: connection.shutdown(socket.SHUT_RDWR)):
                yield
        finally:
            with self._changed:
                self._waiting.pop(token, None)

    def close(self) -> None:
        """End the thread; another one begins when something is waited for again."""
        with self._changed:
            self._thread = None
            self._changed.notify_all()

    def _add(self, token: object, connection: socket.socket) -> None:
        with self._changed:
            self._waiting[token] = (time.monotonic() + self._seconds, connection)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="proctor-watch", daemon=True)
                self._thread.start()
            elif len(self._waiting) == 1:
                self._changed.notify()

    def _run(self) -> None:
        with self._changed:
            while self._thread is threading.current_thread():
                self._changed.wait(self._end_overdue())

    def _end_overdue(self) -> float | None:
        """End what waited too long; seconds until the next will have, None where nothing waits."""
        now = time.monotonic()
        while self._waiting:
            token, (deadline, connection) = next(iter(self._waiting.items()))
            if deadline > now:
                return deadline - now
            del self._waiting[token]
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        return None
