"""Pipes, sockets and devices on disk: git lists none of them, not even as untracked."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from pathlib import Path


def special_files(folder: Path, apart: Collection[bytes]) -> Iterator[bytes]:
    """What is below `folder` and no file, folder or symbolic link, as bytes with "/" between parts.

    Nothing in `.git` or in a folder of `apart` is looked at, and no link is followed. A folder that cannot be
    listed is left out: git complains of it.
    """
    top, pending = os.fsencode(folder) + b"/", [b""]
    while pending:
        here = pending.pop()
        for entry in _inside(top + here):
            raw = here + entry.name
            if entry.is_dir(follow_symlinks=False):
                pending += [raw + b"/"] if entry.name != b".git" and raw not in apart else []
            elif not entry.is_symlink() and not entry.is_file(follow_symlinks=False):
                yield raw


def _inside(folder: bytes) -> list[os.DirEntry[bytes]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []
