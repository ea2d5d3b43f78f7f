"""Keeping a file for later runs, where several may write it at once."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

#: What a run that was killed leaves half done ends in this; nobody reads it.
PARTIAL = ".partial"


def keep_whole(path: Path, data: bytes) -> None:
    """Replace the file, for this user's eyes alone: whoever reads sees what was there or all of `data`.

    Its folder must be there. Raises OSError.
    """
    handle, partial = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=PARTIAL)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        Path(partial).replace(path)
    finally:
        Path(partial).unlink(missing_ok=True)
