"""What Proctor remembers between runs: layers by content, and which image id a key was built as.

Image labels prove nothing on an engine that others use too, and ids differ between image stores; so the index
from key to id is kept here and compared with the engine. Records are replaced whole: runs may share a folder.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from checker.engines.sandbox.layers import Layer


def digest_of(*parts: object) -> str:
    """sha256 in hex of `parts`, which are JSON values; no two different lists of parts share one."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


class State:
    """A folder with `layers/<sha256>.tar` and `<kind>/<key>.json`. All of it may be deleted any time."""

    def __init__(self, folder: Path) -> None:
        """`folder` is made when first written to."""
        self.folder = folder

    @property
    def layers(self) -> Path:
        """Where layer tars lie."""
        return self.folder / "layers"

    def record(self, kind: str, key: str) -> dict[str, Any] | None:
        """What was remembered, or None; a record that cannot be read counts as forgotten."""
        try:
            value = json.loads((self.folder / kind / f"{key}.json").read_bytes())
        except (OSError, ValueError):
            return None
        return value if isinstance(value, dict) else None

    def remember(self, kind: str, key: str, value: dict[str, Any]) -> None:
        """Write a record; a reader sees the old one or the new one, never half of it."""
        folder = self.folder / kind
        folder.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(dir=folder, suffix=".part")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(value, file, sort_keys=True)
        Path(part).replace(folder / f"{key}.json")

    def layer(self, digest: str) -> Layer | None:
        """The layer of that digest, if its tar is there. The engine checks its content when it loads it."""
        path = self.layers / f"{digest}.tar"
        return Layer(digest, path) if path.is_file() else None

    @contextmanager
    def staging(self) -> Iterator[Path]:
        """An empty folder on the same disk, gone afterwards."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="staging-", dir=self.folder) as folder:
            yield Path(folder)

    def forget(self) -> int:
        """Delete every layer and record; the number of layers that were there."""
        layers = len(list(self.layers.glob("*.tar")))
        for kind in ("layers", "base", "chains", "packages", "prepared", "images", "pythons", "pytest"):
            shutil.rmtree(self.folder / kind, ignore_errors=True)
        return layers
