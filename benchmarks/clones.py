"""Clones of public repositories that some benchmarks read. They are not part of the project.

PROCTOR_CLONES names a folder that holds them as `owner--name`, each a bare repository or with its `.git`.
"""

from __future__ import annotations

import os
from pathlib import Path


def folder() -> Path:
    """Where the clones are, or would be."""
    return Path(os.environ.get("PROCTOR_CLONES") or "/nowhere")


def clone_of(place: Path, repository: str) -> Path:
    """Where the clone of `owner/name` is expected."""
    return place / repository.replace("/", "--")


def absent(*repositories: str) -> str:
    """What to say where one of these is not here; empty where all are."""
    missing = [name for name in repositories if not clone_of(folder(), name).exists()]
    return f"not measured: no clone of {', '.join(missing)} (PROCTOR_CLONES)" if missing else ""
