"""A process that is asked many times: one start, then question and answer over its pipes.

Every step has a deadline, kept by a watchdog thread that kills the process group: a pipe cannot be waited on
with a time limit on every system, a killed process always ends the wait.
"""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Self, cast

from checker.engines.process import Reader, kill_group, signal_group, start
from checker.errors import Unanswered
from checker.escape import decode, shortened

_STDERR_BYTES = 1024 * 1024
_CHUNK = 1024 * 1024


class Conversation:
    """One running process. `timeout` is seconds for each step. Not for several threads at once.

    Every method raises Unanswered when the process ends, stays silent too long or breaks the form; after
    that, and after `close`, the conversation is over.
    """

    def __init__(
        self, engine: str, argv: Sequence[str], *, env: Mapping[str, str], cwd: Path, timeout: float
    ) -> None:
        """Start the process. Raises Unanswered when that fails."""
        self._engine, self._timeout = engine, timeout
        self._process = start(engine, argv, env, cwd)
        self._in = cast("IO[bytes]", self._process.stdin)
        self._out = io.BufferedReader(cast("io.RawIOBase", self._process.stdout), _CHUNK)
        self._errors = Reader(cast("IO[bytes]", self._process.stderr), _STDERR_BYTES, self._process)
        self._errors.start()
        self._deadline: float | None = None
        self._over = threading.Event()
        self._late = False
        threading.Thread(target=self._watch, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def over(self) -> bool:
        """Whether it was closed or failed; nothing can be asked any more."""
        return self._over.is_set()

    def send(self, question: bytes) -> None:
        """Write all of `question`. Above 4 kB the process must read while it answers, or both wait."""
        with self._step():
            left = memoryview(question)
            while left:
                left = left[self._in.write(left) :]

    def line(self, limit: int = 4096) -> bytes:
        """Return the next line without its line feed; one over `limit` bytes breaks the form."""
        with self._step():
            text = self._out.readline(limit)
            if not text.endswith(b"\n"):
                raise EOFError
            return text[:-1]

    def take(self, size: int) -> bytes:
        """Return the next `size` bytes."""
        with self._step():
            data = self._out.read(size)
            if len(data) != size:
                raise EOFError
            return data

    def skip(self, size: int) -> None:
        """Read `size` bytes and forget them."""
        while size:
            size -= len(self.take(min(size, _CHUNK)))

    def close(self) -> None:
        """End the process and all it started. May be called again."""
        if self._over.is_set():
            return
        self._over.set()
        signal_group(self._process)
        self._errors.join(1.0)  # what it said last explains a failure
        kill_group(self._process)
        self._out.close()

    @contextmanager
    def _step(self) -> Iterator[None]:
        if self.over:
            raise Unanswered(self._engine, "the conversation is over")
        self._deadline = time.monotonic() + self._timeout
        try:
            yield
        except (OSError, ValueError, EOFError) as error:
            self.close()
            raise Unanswered(self._engine, self._why()) from error
        finally:
            self._deadline = None

    def _why(self) -> str:
        if self._late:
            return f"no answer within {self._timeout:g} s"
        said = shortened(decode(self._errors.data(), newlines=False), 300)
        return f"ended in the middle of an answer: {said}" if said else "ended in the middle of an answer"

    def _watch(self) -> None:
        while not self._over.wait(min(1.0, self._timeout / 4)):
            deadline = self._deadline
            if deadline is not None and time.monotonic() > deadline:
                self._late = True
                signal_group(self._process)
                return
