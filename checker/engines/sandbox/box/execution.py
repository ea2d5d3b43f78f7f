"""One `exec` in the box, drained to its end or cut off at a limit.

A stream that nobody reads blocks the engine, so everything is read and what is over the limit ends the phase.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from checker.engines.sandbox.box.keeper import SKILL_USER, WORKDIR
from checker.engines.sandbox.engine import ENGINE, Engine, answered
from checker.errors import Unanswered
from checker.overlap import still_wanted

_CHUNK = 65_536
_HEADER = 8
_STDOUT = 1
#: Seconds between looks at whether a silent process is still there.
_LOOK = 0.25
#: Seconds the engine gets to say how an exec ended once its streams are closed.
_SETTLE = 5.0


@dataclass
class Ended:
    """How an exec ended. `exit_code` is None when it was cut off; `cut` names the limit that did it.

    `output` is what both streams said in the order it came; `stdout` the part of it from stdout.
    """

    exit_code: int | None = None
    cut: Literal["", "wall", "output"] = ""
    wall_seconds: float = 0.0
    output: bytearray = field(default_factory=bytearray)
    stdout: bytearray = field(default_factory=bytearray)
    stderr: bytearray = field(default_factory=bytearray)


def execute(
    engine: Engine,
    container: str,
    argv: Sequence[str],
    env: Mapping[str, str],
    *,
    stdin: bytes,
    wall_seconds: float,
    max_output: int,
) -> Ended:
    """Run `argv` as the skill's user. When `cut` is set the process still runs: end the container.

    Raises Unanswered when the engine fails.
    """
    with answered("starting a phase"):
        made = engine.api.exec_create(
            container, list(argv), stdin=True, user=SKILL_USER, workdir=WORKDIR, environment=dict(env)
        )
        started = time.monotonic()
        stream: Any = engine.api.exec_start(made["Id"], socket=True)
    connection = _socket(stream)
    try:
        ended = Ended()
        with answered("reading what a phase says"):
            conversation = _Conversation(engine, made["Id"], connection, stdin, ended)
            conversation.hold(started + wall_seconds, max_output)
        ended.wall_seconds = time.monotonic() - started
        if not ended.cut:
            ended.exit_code = _exit_code(engine, made["Id"])
        return ended
    finally:
        _close(stream, connection)


def _socket(stream: Any) -> socket.socket:
    """The socket below docker-py's wrapper: only it can be closed for writing alone."""
    found = getattr(stream, "_sock", stream)
    if not isinstance(found, socket.socket):
        raise Unanswered(ENGINE, f"is reached over {type(found).__name__}; a Unix or TCP socket is needed")
    return found


def _close(stream: Any, connection: socket.socket) -> None:
    """Close the answer before what lies below it: the other way round, docker-py leaks the socket."""
    response = getattr(stream, "_response", None)
    if response is not None:
        response.close()
    connection.close()


def _exit_code(engine: Engine, exec_id: str) -> int:
    deadline = time.monotonic() + _SETTLE
    with answered("asking how a phase ended"):
        while True:
            found = engine.api.exec_inspect(exec_id)
            if not found["Running"] and found["ExitCode"] is not None:
                return int(found["ExitCode"])
            if time.monotonic() > deadline:
                raise Unanswered(ENGINE, f"did not say within {_SETTLE:g} s how a phase ended")
            time.sleep(0.01)


class _Conversation:
    """Feeds stdin and sorts what comes back into streams, until the end or a limit."""

    def __init__(
        self, engine: Engine, exec_id: str, connection: socket.socket, stdin: bytes, ended: Ended
    ) -> None:
        self._engine, self._exec_id, self._socket = engine, exec_id, connection
        self._unsent = memoryview(stdin)
        self._received = bytearray()
        self._ended = ended

    def hold(self, deadline: float, max_output: int) -> None:
        self._socket.setblocking(False)
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ | selectors.EVENT_WRITE)
            while True:
                still_wanted()
                if time.monotonic() > deadline:
                    self._ended.cut = "wall"
                    return
                if self._turn(selector, deadline):
                    return
                if len(self._ended.output) > max_output:
                    self._ended.cut = "output"
                    return

    def _turn(self, selector: selectors.BaseSelector, deadline: float) -> bool:
        """Wait for the socket once; True at the end of the stream."""
        ready = selector.select(min(_LOOK, max(deadline - time.monotonic(), 0)))
        events = ready[0][1] if ready else 0
        if events & selectors.EVENT_WRITE:
            self._send(selector)
        if events & selectors.EVENT_READ:
            return self._receive()
        # A child that was left behind may hold the streams open for ever.
        return not ready and not self._engine.api.exec_inspect(self._exec_id)["Running"]

    def _send(self, selector: selectors.BaseSelector) -> None:
        try:
            self._unsent = (
                self._unsent[self._socket.send(self._unsent[:_CHUNK]) :] if self._unsent else self._unsent
            )
        except BlockingIOError:
            return
        except (BrokenPipeError, ConnectionResetError):
            self._unsent = self._unsent[:0]  # it ended without reading everything: its exit code tells
        if not self._unsent:
            selector.modify(self._socket, selectors.EVENT_READ)
            self._socket.shutdown(socket.SHUT_WR)

    def _receive(self) -> bool:
        try:
            data = self._socket.recv(_CHUNK)
        except BlockingIOError:
            return False
        self._received += data
        while len(self._received) >= _HEADER:
            size = int.from_bytes(self._received[4:_HEADER], "big")
            frame = self._received[_HEADER : _HEADER + size]
            if len(frame) < size:
                break
            (self._ended.stdout if self._received[0] == _STDOUT else self._ended.stderr).extend(frame)
            self._ended.output += frame
            del self._received[: _HEADER + size]
        return not data
