"""The sink's loop over socket pairs: one conversation that goes wrong ends no other, and hides nothing."""

from __future__ import annotations

import importlib
import socket
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from tests.sandbox.test_sink_messages import packet, query

HTTP = b"GET / HTTP/1.1\r\nHost: h.example\r\n\r\n"


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The program, which looks for its modules beside itself."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    return importlib.import_module("checker.engines.sandbox.sidecar.sink")


class Running:
    """A sink that was told of connections, and their other ends."""

    def __init__(self, module: ModuleType) -> None:
        watch, self.wire = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        watch.setblocking(False)
        self.sink: Any = module.Sink(watch)
        self.open = [watch, self.wire]

    def says(self, data: bytes, address: str = "192.0.2.1") -> socket.socket:
        """Somebody connects to an address, and says something."""
        theirs, ours = socket.socketpair()
        self.open += [theirs, ours]
        theirs.sendall(data)
        self.sink.begin(ours, address, 80)
        return theirs

    def serve(self) -> None:
        while self.sink.turn(0):
            pass


@pytest.fixture
def running(module: ModuleType) -> Iterator[Running]:
    found = Running(module)
    yield found
    found.sink.selector.close()
    for connection in found.open:
        connection.close()


def test_a_length_that_is_no_number_ends_nothing(running: Running) -> None:
    running.says(b"GET /x HTTP/1.1\r\nContent-Length: \xb2\r\n\r\nsecret").close()
    running.says(HTTP)
    running.serve()
    assert {key[4] for key in running.sink.records} == {"GET /x HTTP/1.1", "GET / HTTP/1.1"}
    assert b"secret" in running.sink.data
    assert (running.sink.talks, running.sink.unrecorded) == ({}, 0)


def test_a_handler_that_breaks_ends_its_own_conversation_alone(
    running: Running, module: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = module.messages.server_name

    def breaks(data: bytes) -> str | None:
        if b"break" in data:
            raise RecursionError
        return reads(data)

    monkeypatch.setattr(module.messages, "server_name", breaks)
    broken, kept = running.says(b"break: secret"), running.says(HTTP)
    running.serve()
    assert broken.recv(10) == b"", "it was hung up"
    assert kept.recv(10) == b"HTTP/1.1 5"
    assert [key[0] for key in running.sink.records] == ["http"]
    assert b"break: secret" in running.sink.data
    assert (running.sink.talks, running.sink.attempts, running.sink.unrecorded) == ({}, 1, 1)


def test_what_follows_a_question_is_kept_too(running: Running) -> None:
    running.wire.send(packet(17, b"\x0f\xa0\0\x35\0\0\0\0" + query("a.example") + b"secret"))
    running.wire.send(packet(17, b"\x0f\xa0\0\x09\0\0\0\0" + b"-" * 8000 + b"late secret"))
    running.serve()
    assert running.sink.attempts == 2
    assert next(key[:4] for key in running.sink.records) == ("dns", "192.0.2.7", 53, "a.example")
    assert running.sink.data.startswith(b"a.examplesecret")
    assert running.sink.data.endswith(b"late secret")
