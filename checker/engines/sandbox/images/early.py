"""A `docker load` that begins before its archive is made.

An engine starts a process of its own to unpack what it is sent. That takes about as long as Proctor needs for
a small image's layers, so the engine is told first, and the two go side by side.
"""

from __future__ import annotations

import queue
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from types import TracebackType
from typing import Self

from checker.engines.sandbox.engine import Engine
from checker.engines.sandbox.images.archive import OPENING

#: Chunks on their way: the layers are not held in memory.
_WAITING = 4
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
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="load")

    def __enter__(self) -> Self:
        self._answer: Future[None] = self._pool.submit(self._engine.load, self._archive())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._given_up = True
        with suppress(queue.Full):
            self._chunks.put_nowait(None)
        # Not after an interrupt: an engine that does not listen would hold it up.
        self._pool.shutdown(wait=kind is None or issubclass(kind, Exception))

    def send(self, archive: Iterator[bytes]) -> None:
        """What follows the opening; see `Engine.load`. Raises Unanswered with the engine's own words."""
        for chunk in archive:
            if not self._put(chunk):
                break
        self._put(None)
        self._answer.result()

    def _put(self, chunk: bytes | None) -> bool:
        """False when the engine has answered before it heard everything."""
        while not self._answer.done():
            with suppress(queue.Full):
                self._chunks.put(chunk, timeout=_LOOK)
                return True
        return False

    def _archive(self) -> Iterator[bytes]:
        yield OPENING
        while (chunk := self._chunks.get()) is not None:
            yield chunk
        if self._given_up:
            raise _GivenUp
