"""Tells a person what is going on: drawn on a terminal, elsewhere one plain line a step.

It belongs on stderr, the report on stdout. What comes from a skill is escaped here, too.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from checker.escape import shortened, visible
from checker.tools import Progress

if TYPE_CHECKING:
    from rich.progress import Progress as Drawing
    from rich.progress import TaskID

_WIDTH = 60


@contextmanager
def progress_on(stream: TextIO) -> Iterator[Progress]:
    """Progress for the time of a run: drawn where `stream` is a terminal, else plain lines."""
    if not stream.isatty():
        yield PlainProgress(stream)
        return
    with _drawing(stream) as drawing:
        yield DrawnProgress(drawing)


class PlainProgress:
    """One line for each step, with the seconds since the start. A step that says nothing new is left out."""

    def __init__(self, stream: TextIO) -> None:
        """`stream` is written to and flushed, never closed."""
        self._stream = stream
        self._start = time.monotonic()
        self._last = ""
        self._lock = threading.Lock()

    def step(self, stage: str, detail: str = "") -> None:
        """Print the step; safe to call from several threads."""
        line = visible(f"{stage}: {detail}" if detail else stage)
        with self._lock:
            if line == self._last:
                return
            self._last = line
            self._stream.write(f"proctor: {time.monotonic() - self._start:6.1f} s  {line}\n")
            self._stream.flush()


class DrawnProgress:
    """A spinner for the stage at work; earlier stages stay above it with the time they took."""

    def __init__(self, drawing: Drawing) -> None:
        """`drawing` is started and stopped by its owner."""
        self._drawing = drawing
        self._tasks: dict[str, TaskID] = {}
        self._lock = threading.Lock()

    def step(self, stage: str, detail: str = "") -> None:
        """Move on to a stage, or on within it; safe to call from several threads."""
        shown = shortened(visible(detail), _WIDTH)
        with self._lock:
            for other, task in self._tasks.items():
                if other != stage:
                    self._drawing.update(task, total=1, completed=1)
            if stage not in self._tasks:
                self._tasks[stage] = self._drawing.add_task(visible(stage), total=None, detail=shown)
            self._drawing.update(self._tasks[stage], total=None, completed=0, detail=shown)


@contextmanager
def _drawing(stream: TextIO) -> Iterator[Drawing]:
    from rich.console import Console
    from rich.progress import Progress as RichProgress
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description}", markup=False),
        TextColumn("{task.fields[detail]}", markup=False, style="dim"),
        TimeElapsedColumn(),
    )
    with RichProgress(*columns, console=Console(file=stream), transient=True) as drawing:
        yield drawing
