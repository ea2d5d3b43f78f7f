"""Keeping a file for later runs, where several may write it at once."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

#: What a run that was killed leaves half done ends in this; nobody reads it.
PARTIAL = ".partial"
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


def keep_whole(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Replace the file: whoever reads sees what was there or all of `data`.

    A link in its place is replaced, not followed. `mode` is what the umask takes from; without it the file is
    for this user's eyes alone. Its folder must be there. Raises OSError, and leaves what was there as it was.
    """
    # A name that nobody knows beforehand, and a file that is new: nothing lies in wait there, no link either.
    partial = path.with_name(f".{secrets.token_hex(16)}{PARTIAL}")
    handle = os.open(partial, _NEW, mode)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        partial.replace(path)
    finally:
        with suppress(OSError):  # what went wrong before is what matters
            partial.unlink(missing_ok=True)
