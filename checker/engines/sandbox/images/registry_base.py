"""A base image named by digest: taken from the engine, or pulled once, and its layers kept as they are."""

from __future__ import annotations

import gzip
import hashlib
import json
import tarfile
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any, cast

from checker.engines.sandbox.engine import ENGINE, Engine, answered
from checker.engines.sandbox.images.layers import Layer
from checker.engines.sandbox.images.packages import ENVIRONMENT
from checker.errors import Unanswered
from checker.escape import shortened, visible

#: Seconds a pull may take in all; an image without anything to say for so long will not come.
PULL_TIMEOUT = 600.0
_CHUNK = 1024 * 1024
_ENVIRONMENT = str(ENVIRONMENT.relative_to("/"))


def base_from_image(
    reference: str, python: str, engine: Engine, folder: Path
) -> tuple[tuple[Layer, ...], str]:
    """Layers of `name@sha256:…` in `folder`, lowest first, and the path of its Python `X.Y`.

    Raises Unanswered: not here and not to be had, another digest, or no such Python in it.
    """
    image_id = _find(reference, engine) or _pull(reference, engine)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as saved:
        with answered("exporting the base image"):
            for chunk in engine.api.get_image(image_id):
                saved.write(chunk)
        saved.seek(0)
        layers = _layers(saved, reference, folder)
    return layers, _interpreter([folder / f"{layer.digest}.tar" for layer in layers], python, reference)


def _find(reference: str, engine: Engine) -> str | None:
    """The image's id, when the engine has it under that digest (a registry's, or the image's own)."""
    digest = reference.rpartition("@")[2]
    for name in (reference, digest):
        found = engine.image(name)
        if found and (found["Id"] == digest or reference in _digests(found)):
            return str(found["Id"])
    return None


def _digests(found: dict[str, Any]) -> set[str]:
    """The digests that registries know the image by, as `name@sha256:…`."""
    return {str(digest) for digest in found.get("RepoDigests") or ()}


def _pull(reference: str, engine: Engine) -> str:
    deadline = time.monotonic() + PULL_TIMEOUT
    with answered(f"pulling {reference}"):
        for line in engine.api.pull(reference, stream=True, decode=True):
            if "error" in line:
                said = shortened(visible(str(line["error"])), 300)
                raise Unanswered(ENGINE, f"pulling {reference}: {said}")
            if time.monotonic() > deadline:
                raise Unanswered(ENGINE, f"pulling {reference}: not done within {PULL_TIMEOUT:g} s")
    found = engine.image(reference)
    if found is None:
        raise Unanswered(ENGINE, f"pulling {reference}: it was pulled and is not there")
    return str(found["Id"])


def _layers(saved: IO[bytes], reference: str, folder: Path) -> tuple[Layer, ...]:
    with tarfile.open(fileobj=saved, mode="r:") as archive:
        manifest = json.load(_member(archive, "manifest.json"))[0]
        config = json.load(_member(archive, manifest["Config"]))
        wanted = config["rootfs"]["diff_ids"]
        pairs = zip(manifest["Layers"], wanted, strict=True)
        return tuple(_kept(_member(archive, name), diff_id, reference, folder) for name, diff_id in pairs)


def _member(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    member = archive.extractfile(name)
    if member is None:
        raise Unanswered(ENGINE, "its export of the base image is not complete")
    return member


def _kept(content: IO[bytes], diff_id: str, reference: str, folder: Path) -> Layer:
    """Copy one layer, unpacked if the engine's store packs them, and hold it against the image's own list."""
    packed = content.read(2) == b"\x1f\x8b"
    content.seek(0)
    reader: IO[bytes] = cast("IO[bytes]", gzip.GzipFile(fileobj=content)) if packed else content
    digest = hashlib.sha256()
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as part:
        while chunk := reader.read(_CHUNK):
            digest.update(chunk)
            part.write(chunk)
    if f"sha256:{digest.hexdigest()}" != diff_id:
        Path(part.name).unlink()
        raise Unanswered(
            ENGINE, f"a layer of {reference} is not what the image says, or packed in another way"
        )
    return Layer(digest.hexdigest(), (Path(part.name).replace(folder / f"{digest.hexdigest()}.tar"),))


def _interpreter(layers: Iterable[Path], python: str, reference: str) -> str:
    """Where the image keeps `pythonX.Y`: in the usual folders, else wherever one is."""
    usual = ("usr/local/bin", "usr/bin", "bin")
    found: set[str] = set()
    for layer in layers:
        with tarfile.open(layer) as tar:
            names = (name.removeprefix("./") for name in tar.getnames())
            found.update(name for name in names if name.endswith(f"bin/python{python}"))
    # An environment's own is a link to the real one, and may not be there any more.
    found = {name for name in found if not name.startswith(_ENVIRONMENT)}
    if not found:
        raise Unanswered("sandbox", f"{reference} has no Python {python}")
    return "/" + min(found, key=lambda name: (name.rpartition("/")[0] not in usual, len(name), name))
