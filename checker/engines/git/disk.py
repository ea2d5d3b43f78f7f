"""Files on disk that may be anything: nothing is followed, and nothing but a regular file is opened."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from typing import BinaryIO

from checker.engines.git.objects import object_id
from checker.model.skill import FileKind

_FLAGS = os.O_RDONLY
for _name in ("O_NOFOLLOW", "O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY"):
    _FLAGS |= getattr(os, _name, 0)  # not every system has every flag
_CHUNK = 1024 * 1024
_KINDS = {stat.S_IFREG: FileKind.FILE, stat.S_IFLNK: FileKind.SYMLINK}


def kind_on_disk(mode: int) -> FileKind:
    """What a file mode (`st_mode`) means; a folder, pipe, socket or device is `special`."""
    kind = _KINDS.get(stat.S_IFMT(mode), FileKind.SPECIAL)
    # Elsewhere than on POSIX there is no executable bit to see.
    runs = kind is FileKind.FILE and os.name == "posix" and mode & stat.S_IXUSR
    return FileKind.EXECUTABLE if runs else kind


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file without following a link and without waiting for anybody. Raises OSError."""
    if not stat.S_ISREG(path.lstat().st_mode):  # opening a device can already do something
        raise OSError("not a regular file")
    file = os.fdopen(os.open(path, _FLAGS), "rb", closefd=True)
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError("replaced while it was opened")
    return file


def blob_id(path: Path, kind: FileKind, algorithm: str) -> str:
    """The id git would give to the content, or to a symlink's target. Raises OSError.

    The bytes count as they are on disk: without line-ending conversion and filters.
    """
    if kind is FileKind.SYMLINK:
        return object_id(algorithm, "blob", os.fsencode(path.readlink()))
    with open_regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        digest = hashlib.new(algorithm, f"blob {size}\0".encode(), usedforsecurity=False)
        while chunk := file.read(_CHUNK):
            size -= len(chunk)
            digest.update(chunk)
    if size:
        raise OSError("changed while it was read")
    return digest.hexdigest()
