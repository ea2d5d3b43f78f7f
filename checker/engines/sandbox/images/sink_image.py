"""The image of the sink: a base and the sink's own program. Nothing of any skill is in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from checker.engines.sandbox.images.archive import Recipe
from checker.engines.sandbox.images.bases import LAYOUT, base
from checker.engines.sandbox.images.build import ENV, LABEL, REPOSITORY, Builder
from checker.engines.sandbox.images.layers import Member, write_layer
from checker.engines.sandbox.images.loading import load
from checker.engines.sandbox.state import digest_of, sizes_of
from checker.errors import Unanswered
from checker.tools import Image

PLACE = "/opt/proctor_sink"
_SIDECAR = Path(__file__).parents[1] / "sidecar"


class SinkImage(NamedTuple):
    """An image on the engine, and how its interpreter starts the sink."""

    image_id: str
    command: tuple[str, ...]


def sink_image(builder: Builder, image: Image) -> SinkImage:
    """Build or reuse the sink's image, over the same base as `image`. Raises Unanswered."""
    record = builder.state.record("images", image.key)
    if record is None:
        raise Unanswered("sandbox", "what is known of the image is gone; run again")
    python = str(record["labels"][f"{LABEL}.python"])
    below = base(image.base, python, builder.engine, builder.state)
    layer = write_layer(builder.state.layers, _members())
    # No site module: what packages put there has no business here, and isolated, so that nothing else has.
    command = (below.interpreter.path, "-I", "-S", "-B", f"{PLACE}/sink.py")
    key = digest_of(LAYOUT, "sink", below.key, layer.digest)
    known = builder.state.record("images", key)
    if known is None or builder.engine.image(known["image_id"]) is None:
        labels = {f"{LABEL}.key": key, f"{LABEL}.skill": "", f"{LABEL}.base": image.base}
        recipe = Recipe(
            tag=f"{REPOSITORY}:{key[:32]}",
            architecture=builder.engine.architecture,
            layers=(*below.layers, layer),
            env=ENV,
            labels=labels,
            workdir="/",
            user="0:0",
        )
        known = {"image_id": load(builder.engine, builder.state, recipe)["Id"], "labels": labels}
        known |= {**sizes_of(recipe.layers), "top_level": {}, "notes": []}
        builder.state.remember("images", key, known)
    return SinkImage(str(known["image_id"]), command)


def _members() -> Iterator[Member]:
    for path in sorted(_SIDECAR.glob("*.py")):
        yield Member(f"{PLACE.lstrip('/')}/{path.name}", data=path.read_bytes())
