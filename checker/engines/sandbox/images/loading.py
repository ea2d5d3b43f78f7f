"""`docker load`, sending only the layers that the engine does not have.

An engine that keeps layers by their digest (the classic store) asks an archive only for what it lacks; the
base layer is most of a small image. Another kind of store refuses such an archive, or keeps an image that is
not the one that was sent: then everything is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain
from typing import Any

from checker.engines.sandbox.engine import ENGINE, Engine
from checker.engines.sandbox.images.archive import OPENING, Recipe, stream
from checker.engines.sandbox.images.early import EarlyLoad
from checker.engines.sandbox.images.layers import Layer
from checker.engines.sandbox.state import State, digest_of
from checker.errors import Unanswered

#: How many images are remembered that have the same lowest layers. Any one that is still there will do.
_REMEMBERED = 8
_ENOUGH = 4


#: Takes what follows the opening of an archive, and returns when the engine has it.
Send = Callable[[Iterator[bytes]], None]


def load(
    engine: Engine, state: State, recipe: Recipe, early: EarlyLoad | None = None, below: int = 0
) -> dict[str, Any]:
    """What the engine says of the loaded image; its layers are those of the recipe. Raises Unanswered.

    `early` is a load that has begun, with what was sent already. A second one, of everything and in both
    forms, follows where the engine does not take the first, or makes something else of it. The lowest `below`
    layers are known to be there.
    """
    present = _present(engine, state, recipe.layers, below)
    anew: Send = partial(_anew, engine)
    loaded = None
    if present or early:
        send, sent = (early.send, early.sent) if early else (anew, {})
        loaded = _lean(engine, recipe, stream(recipe, present, sent), send)
    if loaded is None:
        loaded = _sent(engine, recipe, stream(recipe), anew)
    if loaded is None:
        raise Unanswered(ENGINE, "the image it loaded is not the one that was sent")
    for count in range(below + 1, len(recipe.layers) + 1):
        _remember(state, _chain(recipe.layers[:count]), loaded["Id"], known=count <= present)
    return loaded


def _remember(state: State, name: str, image_id: str, *, known: bool) -> None:
    """Keep the id of an image with these lowest layers. `known`: another that has them was there just now."""
    others = [other for other in _images(state, name) if other != image_id]
    if known and len(others) >= _ENOUGH:  # to write the record takes longer than it will spare
        return
    # The first is kept for good: it is the base, or what was built longest ago, and others come and go.
    state.remember("chains", name, {"image_ids": [*others[:1], image_id, *others[1:_REMEMBERED]]})


def _images(state: State, name: str) -> list[str]:
    """Ids of images that had these lowest layers when they were loaded."""
    record = state.record("chains", name) or {}
    return [str(image_id) for image_id in record.get("image_ids", ())]


def _anew(engine: Engine, archive: Iterator[bytes]) -> None:
    engine.load(chain((OPENING,), archive))


def _lean(engine: Engine, recipe: Recipe, archive: Iterator[bytes], send: Send) -> dict[str, Any] | None:
    """Load without the layers that are there; None where the engine wants them anyway."""
    try:
        return _sent(engine, recipe, archive, send)
    except Unanswered:
        return None


def _sent(engine: Engine, recipe: Recipe, archive: Iterator[bytes], send: Send) -> dict[str, Any] | None:
    """What the engine has under the name after loading; None where its layers are not those of the recipe."""
    send(archive)
    loaded = engine.image(recipe.tag)
    wanted = [layer.diff_id for layer in recipe.layers]
    return loaded if loaded and loaded["RootFS"]["Layers"] == wanted else None


def _present(engine: Engine, state: State, layers: Sequence[Layer], below: int) -> int:
    """How many of the lowest layers an image of ours on the engine has, in order: `below` at least."""
    for count in range(len(layers), below, -1):
        wanted = [layer.diff_id for layer in layers[:count]]
        for image_id in _images(state, _chain(layers[:count])):
            image = engine.image(image_id)
            if image and image["RootFS"]["Layers"][:count] == wanted:
                return count
    return below


def _chain(layers: Sequence[Layer]) -> str:
    return digest_of([layer.diff_id for layer in layers])
