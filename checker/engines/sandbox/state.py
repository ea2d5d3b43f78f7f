"""What Proctor remembers between runs: layers by content, and which image id a key was built as.

Image labels prove nothing on an engine that others use too, and ids differ between image stores; so the index
from key to id is kept here and compared with the engine. Records are replaced whole: runs may share a folder.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from checker.engines.sandbox.images.layers import Layer, Member, write_layer
from checker.engines.whole_file import keep_whole

_WITH_LAYERS = ("images", "packages", "base", "pytest")


def digest_of(*parts: object) -> str:
    """sha256 in hex of `parts`, which are JSON values; no two different lists of parts share one."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Stored:
    """A record that holds layers (digest → bytes). `used`: when it was last asked for, seconds since 1970.

    `parts` are the keys of what was prepared of the wheels, where its layers are made of that.
    """

    path: Path
    used: float
    layers: Mapping[str, int] = field(hash=False)
    image_id: str
    parts: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """`images`, `packages`, `base` or `pytest`."""
        return self.path.parent.name

    @property
    def key(self) -> str:
        """What it is found by."""
        return self.path.stem


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
        """What was remembered, or None; one that cannot be read or has another shape counts as forgotten."""
        path = self.folder / kind / f"{key}.json"
        value = _read(path)
        if value is None or not _fits(kind, value):
            return None
        with suppress(OSError):  # a folder that may only be read from, say: then age goes by when it was made
            os.utime(path)
        return value

    def stored(self) -> Iterator[Stored]:
        """Every record that holds layers; asking does not count as use."""
        for kind in _WITH_LAYERS:
            for path in sorted((self.folder / kind).glob("*.json")):
                found = _read(path) or {}
                image_id, parts = str(found.get("image_id")), found.get("parts")
                made_of = tuple(map(str, parts)) if isinstance(parts, list) else ()
                yield Stored(path, path.stat().st_mtime, _sizes(found), image_id, made_of)

    def identity(self) -> str:
        """A name for this folder that no other has, made when first asked for."""
        if self.record("id", "folder") is None:
            self.remember("id", "folder", {"name": secrets.token_hex(16)})
        return str((self.record("id", "folder") or {})["name"])  # that of whoever was last, if two were first

    def remember(self, kind: str, key: str, value: dict[str, Any]) -> None:
        """Write a record; a reader sees the old one or the new one, never half of it."""
        folder = self.folder / kind
        folder.mkdir(parents=True, exist_ok=True)
        keep_whole(folder / f"{key}.json", json.dumps(value, sort_keys=True).encode())

    def layer(self, digest: str) -> Layer | None:
        """The layer of that digest, if its tar is there. The engine checks its content when it loads it."""
        path = self.layers / f"{digest}.tar"
        return Layer(digest, (path,)) if path.is_file() else None

    def sole_layer(self, kind: str, key: str, members: Callable[[Path], Iterable[Member]]) -> Layer:
        """The layer of a record that holds but one, written of `members` where it is not there.

        They are given an empty folder, which is gone afterwards.
        """
        known = self.record(kind, key)
        layer = self.layer(known["layers"][0]) if known else None
        if layer is None:
            with self.staging() as staging:
                layer = write_layer(self.layers, members(staging))
            self.remember(kind, key, sizes_of([layer]))
        return layer

    def forget(self, kind: str, key: str) -> None:
        """Drop a record, if there is one."""
        (self.folder / kind / f"{key}.json").unlink(missing_ok=True)

    @contextmanager
    def staging(self) -> Iterator[Path]:
        """An empty folder on the same disk, gone afterwards."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="staging-", dir=self.folder) as folder:
            yield Path(folder)


#: What a record of a kind must hold at least; one of another shape was not written by this program.
_FIELDS: Mapping[str, Mapping[str, type]] = {
    "images": {"image_id": str, "layers": list, "labels": dict, "top_level": dict, "notes": list},
    "packages": {"layers": list, "parts": list, "top_level": dict, "notes": list},
    "base": {"layers": list},
    "pytest": {"layers": list},
    "prepared": {"digest": str, "folders": list},
    "id": {"name": str},
}


def _fits(kind: str, value: Mapping[str, Any]) -> bool:
    whole = all(isinstance(value.get(name), of) for name, of in _FIELDS.get(kind, {}).items())
    return whole and (kind == "packages" or value.get("layers") != [])


def sizes_of(layers: Iterable[Layer]) -> dict[str, Any]:
    """What a record says of its layers: in their order, and how large each is."""
    found = tuple(layers)
    return {"layers": [one.digest for one in found], "sizes": {one.digest: one.size for one in found}}


def _sizes(record: Mapping[str, Any]) -> dict[str, int]:
    sizes = record.get("sizes")
    if not isinstance(sizes, dict):
        return {}
    return {digest: size for digest, size in sizes.items() if isinstance(size, int)}


def _read(path: Path) -> dict[str, Any] | None:
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None
