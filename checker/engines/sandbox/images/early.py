"""A `docker load` that begins before its archive is made.

An engine starts a process of its own to unpack what it is sent. That takes about as long as Proctor needs for
a small image's layers, so the engine is told first, and the two go side by side.
"""

from __future__ import annotations

import hashlib
import queue
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from checker.engines.sandbox.engine import Engine
from checker.engines.sandbox.images.archive import OPENING, packed
from checker.engines.sandbox.images.layers import Layer
from checker.overlap import still_wanted

#: Chunks (of 1 MiB at most) on their way: a small layer is read and hashed while the engine makes itself
#: ready, and a large one is not held in memory.
_WAITING = 16
#: Seconds between looks at whether the engine has given up listening.
_LOOK = 0.1


class _GivenUp(Exception):
    """Breaks off a load for which there will be no archive."""


class EarlyLoad:
    """Use as a context manager: entering tells the engine, `send` gives it the rest of the archive, once.

    Left without `send`, the engine is told nothing more and keeps nothing.
    """

    def __init__(self, engine: Engine) -> None:
        """Nothing happens yet."""
        self._engine = engine
        self._chunks: queue.Queue[bytes | None] = queue.Queue(_WAITING)
        self._given_up = False
        self._answered = threading.Event()
        self._failure: BaseException | None = None
        # Whoever is interrupted does not wait for an engine that does not listen.
        self._thread = threading.Thread(target=self._load, name="load", daemon=True)
        #: Names under which layers were sent, by their digest.
        self.sent: dict[str, str] = {}

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._given_up = True
        if kind is None or issubclass(kind, Exception):
            self._thread.join()

    def layer(self, pieces: tuple[Path | bytes, ...]) -> Layer:
        """The layer of these pieces. They are read for its digest, and sent while that is done."""
        unread, digest = Layer("", pieces), hashlib.sha256()

        def content() -> Iterator[bytes]:
            for chunk in unread.chunks():
                digest.update(chunk)
                yield chunk

        name = f"early/{len(self.sent)}.tar"
        for chunk in packed(name, unread.size, content()):
            self._put(chunk)  # also what the engine does not hear any more: its digest is wanted
        self.sent[digest.hexdigest()] = name
        return Layer(digest.hexdigest(), pieces)

    def send(self, archive: Iterator[bytes]) -> None:
        """What follows the opening; see `Engine.load`. Raises Unanswered with the engine's own words."""
        for chunk in archive:
            if not self._put(chunk):
                break
        self._put(None)
        while not self._answered.wait(_LOOK):
            still_wanted()
        if self._failure is not None:
            raise self._failure

    def _put(self, chunk: bytes | None) -> bool:
        """False when the engine has answered before it heard everything."""
        while not self._answered.is_set():
            still_wanted()
            with suppress(queue.Full):
                self._chunks.put(chunk, timeout=_LOOK)
                return True
        return False

    def _load(self) -> None:
        try:
            self._engine.load(self._archive())
        except BaseException as failure:  # noqa: BLE001 - raised again by `send`
            self._failure = failure
        finally:
            self._answered.set()

    def _archive(self) -> Iterator[bytes]:
        yield OPENING
        while (chunk := self._next()) is not None:
            yield chunk

    def _next(self) -> bytes | None:
        """What is to be sent; None at the end. What is still on its way when it is given up is not sent."""
        while not self._given_up:
            with suppress(queue.Empty):
                return self._chunks.get(timeout=_LOOK)
        raise _GivenUp
