"""Connections whose answers begin within a deadline, however slowly their headers drip in.

A read time limit starts anew with every byte. Here a watch on the whole header ends the connection, which
ends the wait; bodies are read in pieces by `checker.engines.http`, which looks at the clock itself.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection


def watch(pools: urllib3.PoolManager, seconds: float) -> urllib3.PoolManager:
    """Make every connection of these pools end when an answer's headers take longer than `seconds`."""

    class Plain(HTTPConnection):
        def getresponse(self) -> Any:
            with _ended_after(seconds, self.sock):
                return super().getresponse()

    class Secure(HTTPSConnection):
        def getresponse(self) -> Any:
            with _ended_after(seconds, self.sock):
                return super().getresponse()

    class PlainPool(urllib3.HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(urllib3.HTTPSConnectionPool):
        ConnectionCls = Secure

    pools.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}
    return pools


@contextmanager
def _ended_after(seconds: float, connection: socket.socket | None) -> Iterator[None]:
    if connection is None:
        yield
        return
    timer = threading.Timer(seconds, _end, (connection,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _end(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
