"""A load that is told before its archive is made."""

from __future__ import annotations

import hashlib
import io
import tarfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from checker.engines.sandbox.engine import Engine
from checker.engines.sandbox.images.archive import OPENING
from checker.engines.sandbox.images.early import _WAITING, EarlyLoad
from checker.errors import InputError, Unanswered


class Listening(Engine):
    """Keeps what it is sent; with `deaf_after`, it answers before it has heard everything."""

    def __init__(self, deaf_after: int | None = None, busy_for: float = 0) -> None:
        super().__init__()
        self.busy_for, self.failed = busy_for, False
        self.heard: list[bytes] = []
        self.told, self.ended = threading.Event(), threading.Event()
        self.deaf_after = deaf_after

    def load(self, archive: Iterator[bytes]) -> None:
        try:
            for chunk in archive:
                self.heard.append(chunk)
                self.told.set()
                time.sleep(self.busy_for if len(self.heard) == 1 else 0)
                if len(self.heard) == self.deaf_after:
                    raise Unanswered("docker", "loading an image: no space left on device")
        except BaseException:
            self.failed = True
            raise
        finally:
            self.ended.set()


def test_the_engine_is_told_before_there_is_an_archive() -> None:
    engine = Listening()
    with EarlyLoad(engine) as load:
        assert engine.told.wait(10)
        assert engine.heard == [OPENING]
        load.send(iter([b"%d" % number for number in range(20)]))
        assert engine.heard == [OPENING, *(b"%d" % number for number in range(20))]


def test_a_layer_is_sent_while_its_digest_is_made(tmp_path: Path) -> None:
    engine = Listening()
    (tmp_path / "part").write_bytes(b"x" * 3000)
    with EarlyLoad(engine) as load:
        layer = load.layer((b"head", tmp_path / "part"))
        load.send(iter(()))
    content = b"head" + b"x" * 3000
    assert layer.digest == hashlib.sha256(content).hexdigest()
    with tarfile.open(fileobj=io.BytesIO(b"".join(engine.heard))) as tar:
        sent = tar.extractfile(load.sent[layer.digest])
        assert sent is not None
        assert sent.read() == content


def test_an_engine_that_has_answered_still_leaves_a_digest() -> None:
    with EarlyLoad(Listening(deaf_after=1)) as load:
        assert load.layer((b"x",) * 100).digest == hashlib.sha256(b"x" * 100).hexdigest()


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
    assert engine.heard in ([OPENING], [OPENING, b"x"])


def test_a_load_is_given_up_however_much_is_on_its_way() -> None:
    """A disk that fills up, say, while the engine takes its time for a large layer."""
    engine = Listening(busy_for=0.3)

    def archive() -> Iterator[bytes]:
        yield from [b"x"] * _WAITING
        raise InputError("no space left on device", "x.whl")

    def build() -> None:
        with pytest.raises(InputError), EarlyLoad(engine) as load:
            load.send(archive())

    thread = threading.Thread(target=build, daemon=True)
    thread.start()
    thread.join(10)
    assert not thread.is_alive()
    assert engine.ended.is_set()
    assert engine.failed


def test_an_engine_that_is_away_says_so() -> None:
    with EarlyLoad(Listening(deaf_after=1)) as load, pytest.raises(Unanswered):
        load.send(iter([b"x"]))
