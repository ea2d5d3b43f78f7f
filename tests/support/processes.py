"""Proctor as a process of its own, that can be told to end, and what it leaves behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
#: Process id and when it started: together they name a process for good.
Id = tuple[int, str]


@dataclass
class Running:
    """A process in a session of its own, its temporary files and its cache below `folder`."""

    process: subprocess.Popen[bytes]
    folder: Path

    @property
    def said(self) -> str:
        """What it wrote to standard error so far."""
        return (self.folder / "said").read_text()

    @property
    def temporary(self) -> Path:
        return self.folder / "tmp"

    @property
    def cache(self) -> Path:
        return self.folder / "cache"

    def until(self, reached: Callable[[], object], seconds: float = 60.0) -> None:
        """Wait for something to happen while it runs."""
        deadline = time.monotonic() + seconds
        while not reached():
            assert self.process.poll() is None, f"ended early: {self.said}"
            assert time.monotonic() < deadline, "it never got there"
            time.sleep(0.01)

    def told(self, *signals: signal.Signals) -> Ended:
        """Send the signals, half a second between them, and wait for the end."""
        below, started = descendants(self.process.pid), time.monotonic()
        for number, each in enumerate(signals):
            time.sleep(0.5 if number else 0)
            self.process.send_signal(each)
        code = self.process.wait(60)
        seconds = time.monotonic() - started
        return Ended(code, seconds, self.said, below, alive(below))


@dataclass(frozen=True)
class Ended:
    """How it ended: `before` were its descendants when it was told to, `left` those that are still there."""

    code: int
    seconds: float
    said: str
    before: frozenset[Id]
    left: frozenset[Id]


@contextmanager
def proctor(folder: Path, *arguments: object, **environ: str) -> Iterator[Running]:
    """Start `proctor` with these arguments; killed at the end of the block, should it still run."""
    folder.mkdir(exist_ok=True)
    (folder / "tmp").mkdir()
    env = {**os.environ, "TMPDIR": str(folder / "tmp"), "PROCTOR_CACHE": str(folder / "cache"), **environ}
    with (folder / "said").open("wb") as said:
        command = [sys.executable, "-m", "checker", *map(str, arguments)]
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=said, env=env, start_new_session=True
        )
    try:
        yield Running(process, folder)
    finally:
        process.kill()
        process.wait()


def files(folder: Path) -> set[str]:
    """Every file below a folder, and every empty folder."""
    found = (path for path in folder.rglob("*") if not path.is_dir() or not any(path.iterdir()))
    return {path.relative_to(folder).as_posix() for path in found}


def descendants(pid: int) -> frozenset[Id]:
    """Everything it started, and what that started, at this moment."""
    children: dict[int, list[Id]] = {}
    for stat in _PROC.glob("[0-9]*/stat"):
        if (read := _stat(int(stat.parent.name))) is not None:
            children.setdefault(int(read[1]), []).append((int(stat.parent.name), read[19]))
    found, queue = set(), [pid]
    while queue:
        for child in children.get(queue.pop(), ()):
            found.add(child)
            queue.append(child[0])
    return frozenset(found)


def alive(ids: frozenset[Id], seconds: float = 0.5) -> frozenset[Id]:
    """Those that still run after a moment: whoever inherits a killed one takes a while to bury it."""
    deadline = time.monotonic() + seconds
    while (left := frozenset(one for one in ids if _runs(one))) and time.monotonic() < deadline:
        time.sleep(0.02)
    return left


def _runs(one: Id) -> bool:
    read = _stat(one[0])
    return read is not None and read[19] == one[1] and read[0] not in "ZX"


def _stat(pid: int) -> list[str] | None:
    """The fields after the name: state first, then the parent; the start is the twentieth."""
    try:
        return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
