"""A load that is told before its archive is made."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from checker.engines.sandbox.engine import Engine
from checker.engines.sandbox.images.archive import OPENING
from checker.engines.sandbox.images.early import EarlyLoad
from checker.errors import InputError, Unanswered


class Listening(Engine):
    """Keeps what it is sent; with `deaf_after`, it answers before it has heard everything."""

    def __init__(self, deaf_after: int | None = None) -> None:
        super().__init__()
        self.heard: list[bytes] = []
        self.told, self.ended = threading.Event(), threading.Event()
        self.deaf_after = deaf_after

    def load(self, archive: Iterator[bytes]) -> None:
        try:
            for chunk in archive:
                self.heard.append(chunk)
                self.told.set()
                if len(self.heard) == self.deaf_after:
                    raise Unanswered("docker", "loading an image: no space left on device")
        finally:
            self.ended.set()


def test_the_engine_is_told_before_there_is_an_archive() -> None:
    engine = Listening()
    with EarlyLoad(engine) as load:
        assert engine.told.wait(10)
        assert engine.heard == [OPENING]
        load.send(iter([b"%d" % number for number in range(20)]))
        assert engine.heard == [OPENING, *(b"%d" % number for number in range(20))]


def test_an_engine_that_answers_early_is_believed() -> None:
    with EarlyLoad(Listening(deaf_after=2)) as load, pytest.raises(Unanswered, match="no space left"):
        load.send(iter([b"x"] * 1000))


def test_what_cannot_be_made_is_never_loaded() -> None:
    engine = Listening()

    def archive() -> Iterator[bytes]:
        yield b"x"
        raise InputError("a wheel is none", "x.whl")

    with pytest.raises(InputError), EarlyLoad(engine) as load:
        load.send(archive())
    assert engine.ended.wait(10)
    assert engine.heard == [OPENING, b"x"]


def test_an_engine_that_is_away_says_so() -> None:
    with EarlyLoad(Listening(deaf_after=1)) as load, pytest.raises(Unanswered):
        load.send(iter([b"x"]))
