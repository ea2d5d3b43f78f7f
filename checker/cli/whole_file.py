"""Writing a report to the place that the caller named, whatever is there."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from checker.engines.whole_file import keep_whole

#: The links there are the system's own: `/dev/stdout`, `/dev/fd/63`. Anybody may have made any other.
_DEVICES, _PROCESSES = Path("/dev"), Path("/proc")
_INTO = os.O_WRONLY
for _name in ("O_APPEND", "O_NOCTTY", "O_CLOEXEC"):
    _INTO |= getattr(os, _name, 0)  # not every system has every flag


def write_file(file: Path, text: str) -> None:
    """Write `file` whole or not at all: a reader never sees half of it. Raises OSError.

    A device or a pipe is written to. A symbolic link is replaced and never followed: a pull request may have
    put it there.
    """
    data = text.encode("utf-8")
    if (flags := _flags_for_stream(file)) is None:
        keep_whole(file, data, mode=0o666)
        return
    with os.fdopen(os.open(file, flags), "wb") as stream:
        stream.write(data)


def _flags_for_stream(file: Path) -> int | None:
    """How to open what takes bytes as they come; None for what is, or will be, a file."""
    try:
        mode = file.lstat().st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISLNK(mode):
        return _INTO if _is_the_systems(file.parent.resolve()) else None
    return None if stat.S_ISREG(mode) else _INTO | getattr(os, "O_NOFOLLOW", 0)


def _is_the_systems(folder: Path) -> bool:
    return folder == _DEVICES or folder.is_relative_to(_PROCESSES)
