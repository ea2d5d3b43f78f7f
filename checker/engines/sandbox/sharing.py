"""Who uses a state folder: any number of runs at once, or one that cleans up.

The lock goes with the process, however it ends. Where a machine has no such locks nobody ever is alone, and
nothing is cleaned up.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def used(folder: Path) -> Iterator[None]:
    """As long as this is held nobody cleans up. Waits for one that does. Raises OSError."""
    with _file(folder) as descriptor:
        _lock(descriptor, alone=False)
        yield


@contextmanager
def alone(folder: Path) -> Iterator[bool]:
    """Whether nobody uses the folder; if so, nobody else will until this ends. Does not wait."""
    with _file(folder) as descriptor:
        yield _lock(descriptor, alone=True)


@contextmanager
def _file(folder: Path) -> Iterator[int]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("ab") as file:
        yield file.fileno()


def _lock(descriptor: int, *, alone: bool) -> bool:
    try:
        import fcntl
    except ImportError:
        return not alone
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB if alone else fcntl.LOCK_SH)
    except BlockingIOError:
        return False
    return True
