"""The one place that starts processes.

Argument lists only, never a shell; a deadline on the whole call, a cap on what is read, and the whole process
group is killed when either is exceeded, so that no child outlives the call.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, TypeAlias

from checker.errors import Unanswered
from checker.overlap import ended_by, still_wanted

_CHUNK = 65_536

#: A running process with all three streams piped, as bytes.
Process: TypeAlias = "subprocess.Popen[bytes]"


@dataclass(frozen=True)
class Finished:
    """A process that ended by itself within its limits. Output is bytes, as written."""

    returncode: int
    stdout: bytes
    stderr: bytes


def run(
    engine: str,
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: Path,
    timeout: float,
    stdin: bytes = b"",
    max_output: int = 64 * 1024 * 1024,
) -> Finished:
    """Run `argv` to its end. `timeout` in seconds, `max_output` in bytes for each stream.

    Raises Unanswered (named `engine`) when it cannot be started, takes too long or says too much.
    """
    process = start(engine, argv, env, cwd)
    streams = (process.stdout, process.stderr)
    readers = [Reader(stream, max_output, process) for stream in streams if stream is not None]
    feeder = threading.Thread(target=_feed, args=(process, stdin), daemon=True)
    # Waiting with a time limit would poll, and be up to 50 ms late.
    waiter = threading.Thread(target=process.wait, daemon=True)
    for thread in (*readers, feeder, waiter):
        thread.start()
    try:
        with ended_by(partial(signal_group, process)):
            waiter.join(timeout)
        if waiter.is_alive():
            raise Unanswered(engine, f"no answer within {timeout:g} s")
        for reader in readers:
            # A grandchild may hold the pipe open after the process is gone.
            reader.join(max(1.0, timeout / 10))
        stuck = any(reader.is_alive() for reader in readers)
    finally:
        kill_group(process)
    if any(reader.overflowed for reader in readers):
        raise Unanswered(engine, f"answered more than {max_output} bytes")
    if stuck:
        raise Unanswered(engine, "left a child process that kept its output open")
    return Finished(process.returncode, readers[0].data(), readers[1].data())


def start(engine: str, argv: Sequence[str], env: Mapping[str, str], cwd: Path) -> Process:
    """Start `argv` as the leader of its own process group. The caller must end it with `kill_group`."""
    still_wanted()
    if not cwd.is_dir():
        raise Unanswered(engine, f"could not be started: the folder {cwd.name} is not there")
    try:
        return subprocess.Popen(
            list(argv),
            # Unbuffered: closing a buffered stream waits for a thread that is stuck writing to it.
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(env),
            cwd=cwd,
            start_new_session=True,
        )
    except FileNotFoundError as missing:
        raise Unanswered(engine, f"not installed: {Path(argv[0]).name} was not found") from missing
    except (OSError, ValueError) as error:
        raise Unanswered(engine, f"could not be started: {error}") from error


def kill_group(process: Process) -> None:
    """Kill a process started by this module together with everything it started, and close its streams."""
    signal_group(process)
    process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            _close(stream)


def signal_group(process: Process) -> None:
    """Tell a process and everything it started to end at once, without waiting for it."""
    try:
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    except (ProcessLookupError, PermissionError):
        pass  # the group is gone already


def _feed(process: Process, data: bytes) -> None:
    if process.stdin is None:
        return
    try:
        left = memoryview(data)
        while left:
            left = left[process.stdin.write(left) :]
        process.stdin.close()
    except (BrokenPipeError, ValueError, OSError):
        pass  # it ended, or was killed, without reading everything: its exit code tells


def _close(stream: IO[bytes]) -> None:
    with contextlib.suppress(OSError):  # unread input of a process that is gone
        stream.close()


class Reader(threading.Thread):
    """Drains a stream and kills the process group when it says more than `limit` bytes."""

    def __init__(self, stream: IO[bytes], limit: int, process: Process) -> None:
        super().__init__(daemon=True)
        self._stream, self._limit, self._process = stream, limit, process
        self._chunks: list[bytes] = []
        self._size = 0
        self.overflowed = False

    def run(self) -> None:
        """Read until the end of the stream or the limit."""
        try:
            while chunk := os.read(self._stream.fileno(), _CHUNK):
                self._size += len(chunk)
                if self._size > self._limit:
                    self.overflowed = True
                    signal_group(self._process)
                    return
                self._chunks.append(chunk)
        except (OSError, ValueError):
            return  # closed from outside after a kill

    def data(self) -> bytes:
        """Everything read so far."""
        return b"".join(self._chunks)
