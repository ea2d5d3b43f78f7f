"""`docker load`, sending only the layers that the engine does not have.

An engine that keeps layers by their digest (the classic store) asks an archive only for what it lacks; the
base layer is most of a small image. Another kind of store refuses such an archive, or keeps an image that is
not the one that was sent: then everything is sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from checker.engines.sandbox.archive import Recipe, stream
from checker.engines.sandbox.engine import ENGINE, Engine
from checker.engines.sandbox.layers import Layer
from checker.engines.sandbox.state import State, digest_of
from checker.errors import Unanswered


def load(engine: Engine, state: State, recipe: Recipe) -> dict[str, Any]:
    """What the engine says of the loaded image; its layers are those of the recipe. Raises Unanswered."""
    loaded = _lean(engine, state, recipe) or _sent(engine, recipe)
    if loaded is None:
        raise Unanswered(ENGINE, "the image it loaded is not the one that was sent")
    for count in range(1, len(recipe.layers) + 1):
        state.remember("chains", _chain(recipe.layers[:count]), {"image_id": loaded["Id"]})
    return loaded


def _lean(engine: Engine, state: State, recipe: Recipe) -> dict[str, Any] | None:
    """Load without the layers that are there; None where there are none, or the engine wants them anyway."""
    present = _present(engine, state, recipe.layers)
    try:
        return _sent(engine, recipe, present) if present else None
    except Unanswered:
        return None


def _sent(engine: Engine, recipe: Recipe, present: int = 0) -> dict[str, Any] | None:
    """What the engine has under the name after loading; None where its layers are not those of the recipe."""
    engine.load(stream(recipe, present))
    loaded = engine.image(recipe.tag)
    wanted = [layer.diff_id for layer in recipe.layers]
    return loaded if loaded and loaded["RootFS"]["Layers"] == wanted else None


def _present(engine: Engine, state: State, layers: Sequence[Layer]) -> int:
    """How many of the lowest layers an image of ours on the engine has, in the same order."""
    for count in range(len(layers), 0, -1):
        record = state.record("chains", _chain(layers[:count]))
        image = engine.image(str(record.get("image_id"))) if record else None
        if image and image["RootFS"]["Layers"][:count] == [layer.diff_id for layer in layers[:count]]:
            return count
    return 0


def _chain(layers: Sequence[Layer]) -> str:
    return digest_of([layer.diff_id for layer in layers])
