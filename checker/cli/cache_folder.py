"""Where wheels, metadata, layers and evidence are kept. It is believed: no commit may fill it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from checker.engines.git import Git
from checker.errors import UsageError
from checker.escape import visible


def cache_folder(chosen: Path | None) -> Path:
    """As chosen, else the user's cache folder. Raises UsageError for one that a commit could have filled."""
    folder = chosen.absolute() if chosen is not None else _users_cache()
    _refuse_committed(folder)
    return folder


def _users_cache() -> Path:
    if sys.platform == "win32":
        root = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData/Local"))
    elif sys.platform == "darwin":
        root = Path.home() / "Library/Caches"
    else:
        root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return root / "proctor"


def _refuse_committed(folder: Path) -> None:
    """Raise UsageError where the commit that is checked out around `folder` holds it, or leads there.

    CI systems that keep caches inside the checkout may do so: what no commit holds was not sent by one.
    """
    for place in dict.fromkeys((folder, folder.resolve())):
        top = next((above for above in (place, *place.parents) if (above / ".git").exists()), None)
        if top is not None and _is_committed(top, place.relative_to(top).as_posix()):
            name = visible(str(folder))
            raise UsageError(
                f"the cache folder {name} is part of a commit, which could fill it: choose another (--cache)"
            )


def _is_committed(top: Path, inside: str) -> bool:
    git = Git.find(top)
    if git is None:
        return False
    with git:
        try:
            entries = git.tree(git.head()).entries()
        except UsageError:  # nothing was committed yet
            return False
        # Also an entry above it: a symbolic link that a commit puts there.
        return any(path == inside or _holds(inside, path) or _holds(path, inside) for path in entries)


def _holds(folder: str, path: str) -> bool:
    return path.startswith(f"{folder}/")
