"""An image archive by hand: what `docker save` writes and `docker load` reads, without a Dockerfile.

The layout holds both forms side by side, the engine's own (`manifest.json`) and OCI's (`index.json`), so that
engines from 20.10 on read it whichever store they keep images in. Layers are not compressed: they stay here.
"""

from __future__ import annotations

import hashlib
import json
import tarfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from checker.engines.sandbox.images.layers import Layer

_BLOCK = tarfile.BLOCKSIZE
_NOTHING: Mapping[str, str] = {}
_EPOCH = "1970-01-01T00:00:00Z"
_MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
_CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"
_LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar"


@dataclass(frozen=True)
class Recipe:
    """Everything that decides an image's bytes. `architecture` is the engine's word (`amd64`, `arm64`)."""

    tag: str
    architecture: str
    layers: tuple[Layer, ...]
    env: Mapping[str, str]
    labels: Mapping[str, str]
    workdir: str
    user: str

    @property
    def config(self) -> bytes:
        """The image configuration; its digest is the image id in the classic store."""
        settings = {
            "Env": [f"{name}={value}" for name, value in sorted(self.env.items())],
            "Labels": dict(sorted(self.labels.items())),
            "WorkingDir": self.workdir,
            "User": self.user,
        }
        return _json(
            {
                "architecture": self.architecture,
                "os": "linux",
                "created": _EPOCH,
                "config": settings,
                "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in self.layers]},
                "history": [{"created": _EPOCH, "created_by": "proctor"} for _ in self.layers],
            }
        )


def stream(recipe: Recipe, present: int = 0, sent: Mapping[str, str] = _NOTHING) -> Iterator[bytes]:
    """What follows `OPENING`, made on the way: no second copy of the layers is written anywhere.

    The bytes of the first `present` layers are left out, for an engine that has them. So are those of `sent`
    (digest → name), which went before; under such names only the engine's own form can have them.
    """
    config = recipe.config
    manifest = _manifest(config, recipe.layers)
    for content in (config, manifest):
        yield from _file(_blob(_digest(content)), content)
    left_out = {*sent, *(layer.digest for layer in recipe.layers[:present])}
    for digest in dict.fromkeys(la.digest for la in recipe.layers if la.digest not in left_out):
        layer = next(layer for layer in recipe.layers if layer.digest == digest)
        yield from packed(_blob(digest), layer.size, layer.chunks())
    if not sent:
        yield from _file("index.json", _index(recipe.tag, manifest))
    yield from _file("manifest.json", _docker_manifest(recipe, config, sent))
    yield b"\0" * (2 * _BLOCK)


def _manifest(config: bytes, layers: Sequence[Layer]) -> bytes:
    return _json(
        {
            "schemaVersion": 2,
            "mediaType": _MANIFEST_TYPE,
            "config": _descriptor(_CONFIG_TYPE, _digest(config), len(config)),
            "layers": [_descriptor(_LAYER_TYPE, la.digest, la.size) for la in layers],
        }
    )


def _index(tag: str, manifest: bytes) -> bytes:
    names = {
        "io.containerd.image.name": f"docker.io/{tag}",
        "org.opencontainers.image.ref.name": tag.rsplit(":", 1)[-1],
    }
    entry = {**_descriptor(_MANIFEST_TYPE, _digest(manifest), len(manifest)), "annotations": names}
    return _json({"schemaVersion": 2, "manifests": [entry]})


def packed(name: str, size: int, content: Iterable[bytes]) -> Iterator[bytes]:
    """A file of `size` bytes as part of an archive."""
    yield _header(name, size)
    yield from content
    yield _padding(size)


def _docker_manifest(recipe: Recipe, config: bytes, sent: Mapping[str, str]) -> bytes:
    layers = [sent.get(layer.digest) or _blob(layer.digest) for layer in recipe.layers]
    return _json([{"Config": _blob(_digest(config)), "RepoTags": [recipe.tag], "Layers": layers}])


def _descriptor(media_type: str, digest: str, size: int) -> dict[str, object]:
    return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": size}


def _file(name: str, content: bytes) -> Iterator[bytes]:
    return packed(name, len(content), (content,))


def _header(name: str, size: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size = size
    return info.tobuf(tarfile.USTAR_FORMAT if size < 8 << 30 else tarfile.GNU_FORMAT)


def _padding(size: int) -> bytes:
    return b"\0" * (-size % _BLOCK)


def _blob(digest: str) -> str:
    return f"blobs/sha256/{digest}"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


#: How every archive begins; it can be sent before anything is known of the image.
OPENING = b"".join(_file("oci-layout", _json({"imageLayoutVersion": "1.0.0"})))
