"""Writing files that were not there: nothing is replaced, and no symbolic link on the way is followed."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from checker.escape import visible


class NotWrittenError(Exception):
    """The file was not written; the message says why, safe to print."""


def write_new(root: Path, name: str, text: str) -> None:
    """Write `text` to `name` (relative, "/" between parts) below `root`, making folders.

    Raises NotWrittenError where something is in the way or cannot be written.
    The folder `root` itself is trusted. A link, or anything else in the place of a folder, ends it: a
    repository could lead us out of itself.
    """
    *folders, last = name.split("/")
    here = root
    try:
        for folder in folders:
            here = here / folder
            _real_folder(here)
        _create(here / last, text.encode("utf-8"))
    except FileExistsError as error:
        raise NotWrittenError("it is there already") from error
    except OSError as error:
        raise NotWrittenError(visible(error.strerror or str(error))) from error


def _real_folder(folder: Path) -> None:
    try:
        mode = folder.lstat().st_mode
    except FileNotFoundError:
        folder.mkdir()
        return
    if not stat.S_ISDIR(mode):
        kind = "a symbolic link" if stat.S_ISLNK(mode) else "not a folder"
        raise NotWrittenError(f"{visible(folder.name)} is {kind}")


def _create(file: Path, data: bytes) -> None:
    """Exclusive creation follows no link: one that is there, dangling or not, is an existing file."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(file, flags, 0o666), "wb") as stream:
        stream.write(data)
