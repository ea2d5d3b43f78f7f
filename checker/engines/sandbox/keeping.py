"""What stays after a run: images, layers and wheels up to a size and an age, least recently used first to go.

Only what stands in our own index is touched: an image of somebody else's is never removed, whatever its
labels say. What an image takes is the size of its layers, as they were when it was loaded.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from checker.engines.sandbox.box.removal import remove_of_folder
from checker.engines.sandbox.engine import Engine, answered
from checker.engines.sandbox.images.build import REPOSITORY
from checker.engines.sandbox.sharing import alone
from checker.engines.sandbox.state import State, Stored
from checker.engines.store import files
from checker.engines.whole_file import PARTIAL

DAY = 86_400.0
#: Another command may just be reading a wheel that it found in the store, without holding any lock.
_WHEELS_IN_USE = 3_600.0


@dataclass(frozen=True)
class Keep:
    """Limits: bytes in all, seconds since the last use; None is no limit.

    They hold for each kind by itself: layers, packages laid out ahead, wheels, wheels built from source, and
    records. `records` are folders of `checker.engines.store`.
    """

    max_bytes: int | None = 4 * 10**9
    max_age: float | None = 30 * DAY
    wheels: Path | None = None
    records: tuple[Path, ...] = ()


@dataclass
class Freed:
    """What was removed: names of images and containers, how many of the rest, and their bytes here."""

    images: list[str] = field(default_factory=list)
    containers: list[str] = field(default_factory=list)
    layers: int = 0
    wheels: int = 0
    records: int = 0
    bytes: int = 0


def tidy(engine: Engine, state: State, keep: Keep, now: float | None = None) -> Freed | None:
    """Remove what is over the limits; None where another Proctor uses the folder.

    Raises Unanswered and OSError.
    """
    with alone(state.folder) as nobody_else:
        if not nobody_else:
            return None
        freed = Freed()
        moment = time.time() if now is None else now
        freed.containers += remove_of_folder(engine, state.identity())
        kept = set(_kept(state, keep, moment))
        _drop_records(engine, state, kept, freed)
        _drop_layers(state, kept, freed)
        _drop_prepared(state, keep, moment, freed)
        _drop_built(state, keep, moment, freed)
        _drop_wheels(keep, moment, freed)
        _drop_records_of_stores(keep, moment, freed)
        return freed


def _kept(state: State, keep: Keep, now: float) -> Iterator[Stored]:
    """Records that stay, most recently used first. One whose layers stay anyway costs nothing."""
    total, layers = 0, dict[str, int]()
    for stored in sorted(state.stored(), key=lambda one: (-one.used, one.key)):
        cost = sum(size for digest, size in stored.layers.items() if digest not in layers)
        old = keep.max_age is not None and now - stored.used > keep.max_age
        large = keep.max_bytes is not None and total + cost > keep.max_bytes
        if (old or large) and (cost or stored.kind == "images"):
            continue
        total += cost
        layers |= stored.layers
        yield stored


def _drop_records(engine: Engine, state: State, kept: set[Stored], freed: Freed) -> None:
    ids = {stored.image_id for stored in kept}
    for stored in state.stored():
        if stored not in kept:
            if stored.kind == "images" and _untagged(engine, stored):
                freed.images.append(_tag(stored))
            stored.path.unlink(missing_ok=True)
    for chain in state.folder.glob("chains/*.json"):
        if ids.isdisjoint(_images_of(state.record("chains", chain.stem) or {})):
            chain.unlink(missing_ok=True)


def _untagged(engine: Engine, stored: Stored) -> bool:
    """Take our name off the image, if that name still is the image we made; without names it is gone."""
    import docker.errors

    found = engine.image(_tag(stored))
    if found is None or found["Id"] != stored.image_id:
        return False
    with answered("removing an image"), suppress(docker.errors.NotFound):
        try:
            engine.api.remove_image(_tag(stored))
        except docker.errors.APIError as error:
            if error.status_code != 409:  # a container uses it: somebody else's, as ours are gone
                raise
            return False
    return True


def _drop_layers(state: State, kept: Iterable[Stored], freed: Freed) -> None:
    """Layers that no record names, and what killed runs left half done."""
    wanted = {digest for stored in kept for digest in stored.layers}
    for path in [path for path in state.layers.glob("*") if path.name.partition(".")[0] not in wanted]:
        freed.layers += path.suffix == ".tar"
        _unlink(path, freed)
    for path in state.folder.glob(f"*/*{PARTIAL}"):
        _unlink(path, freed)
    for staging in state.folder.glob("staging-*"):
        shutil.rmtree(staging, ignore_errors=True)


def _drop_prepared(state: State, keep: Keep, now: float, freed: Freed) -> None:
    """Wheels that were laid out ahead, by when their records were last asked for, and what rests on them."""
    tars = [path for path in state.folder.glob("prepared/*.tar") if path.with_suffix(".json").is_file()]
    for path in {*state.folder.glob("prepared/*.tar"), *state.folder.glob("prepared/*.part")} - {*tars}:
        _unlink(path, freed)  # what killed runs left half done
    for path in _over(keep, now, [(path, path.with_suffix(".json").stat().st_mtime) for path in tars]):
        _unlink(path, freed)
        path.with_suffix(".json").unlink(missing_ok=True)
    left = {path.stem for path in state.folder.glob("prepared/*.tar")}
    for stored in state.stored():
        if not left.issuperset(stored.parts):
            stored.path.unlink(missing_ok=True)


def _drop_built(state: State, keep: Keep, now: float, freed: Freed) -> None:
    """Wheels that were built from source; a record of one that is gone is forgotten when it is asked for."""
    wheels = [(path, path.stat().st_mtime) for path in state.folder.glob("built/*/*.whl")]
    for path in _over(keep, now, wheels):
        freed.wheels += 1
        _unlink(path, freed)


def _drop_wheels(keep: Keep, now: float, freed: Freed) -> None:
    paths = [] if keep.wheels is None else [path for path in keep.wheels.glob("*/*") if path.is_file()]
    for path in _over(keep, now, [(path, path.stat().st_mtime) for path in paths]):
        if now - path.stat().st_mtime > _WHEELS_IN_USE:
            freed.wheels += 1
            _unlink(path, freed)
            with suppress(OSError):  # something else lies there
                path.parent.rmdir()


def _drop_records_of_stores(keep: Keep, now: float, freed: Freed) -> None:
    """Records that nobody asked for lately. Others may remove them, too: their users hold no lock."""
    with suppress(FileNotFoundError):
        records = [(path, path.stat().st_mtime) for folder in keep.records for path in files(folder)]
        for path in _over(keep, now, records):
            _unlink(path, freed)
            freed.records += 1


def _over(keep: Keep, now: float, files: Iterable[tuple[Path, float]]) -> Iterator[Path]:
    """Of files with the time of their last use, those over the limits."""
    total = 0
    for path, used in sorted(files, key=lambda pair: -pair[1]):
        size = path.stat().st_size
        old = keep.max_age is not None and now - used > keep.max_age
        if old or (keep.max_bytes is not None and total + size > keep.max_bytes):
            yield path
        else:
            total += size


def _unlink(path: Path, freed: Freed) -> None:
    freed.bytes += path.stat().st_size
    path.unlink(missing_ok=True)


def _tag(stored: Stored) -> str:
    return f"{REPOSITORY}:{stored.key[:32]}"


def _images_of(record: dict[str, Any]) -> set[str]:
    """Ids of the images that had the layers a record of `chains` is about."""
    return {str(image_id) for image_id in (record.get("image_id"), *record.get("image_ids", ()))}
