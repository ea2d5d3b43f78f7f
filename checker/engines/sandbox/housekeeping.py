"""What Proctor has on an engine, found by its labels, and how to be rid of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from checker.engines.sandbox.box.removal import remove
from checker.engines.sandbox.engine import Engine, answered
from checker.engines.sandbox.images.build import LABEL
from checker.engines.sandbox.state import State
from checker.escape import visible


@dataclass(frozen=True)
class Kept:
    """An image or a container. `name` is made of hashes; `skill` is what its label says (a claim, escaped).

    `bytes` is the size of an image, layers that it shares with others included.
    """

    kind: str
    id: str
    name: str
    skill: str = ""
    bytes: int = 0


def listed(engine: Engine) -> tuple[Kept, ...]:
    """Containers first, then images, each sorted by name. Raises Unanswered."""
    with answered("listing containers and images"):
        containers = engine.api.containers(all=True, filters={"label": f"{LABEL}.keeper"})
        images = engine.api.images(filters={"label": f"{LABEL}.key"})
    found = [_container(c) for c in containers] + [_image(i) for i in images]
    return tuple(sorted(found, key=lambda kept: (kept.kind, kept.name)))


def indexed(engine: Engine, state: State) -> tuple[Kept, ...]:
    """The images of one state folder's own index that the engine still has, by name. Raises Unanswered."""
    records = (state.record("images", stored.key) for stored in state.stored() if stored.kind == "images")
    found = (engine.image(record["image_id"]) for record in records if record)
    return tuple(sorted((_inspected(one) for one in found if one), key=lambda kept: kept.name))


def clean(engine: Engine, found: Iterable[Kept] | None = None) -> tuple[Kept, ...]:
    """Remove `found` (default: everything listed), containers first; what was removed.

    Containers of a run that goes on are removed, too; an image that something else still uses stays. Raises
    Unanswered.
    """
    ordered = sorted(listed(engine) if found is None else found, key=lambda kept: kept.kind)
    return tuple(kept for kept in ordered if _removed(engine, kept))


def _removed(engine: Engine, kept: Kept) -> bool:
    import docker.errors

    if kept.kind == "container":
        remove(engine, kept.id)
        return True
    with answered("removing an image"):
        try:
            engine.api.remove_image(kept.id, force=True)
        except docker.errors.NotFound:
            return False
        except docker.errors.APIError as error:
            if error.status_code != 409:  # in use
                raise
            return False
    return True


def _container(found: Any) -> Kept:
    return Kept("container", found["Id"], visible(str(found["Names"][0]).lstrip("/")))


def _inspected(found: Any) -> Kept:
    return _image({**found, "Labels": found["Config"].get("Labels")})


def _image(found: Any) -> Kept:
    labels = found.get("Labels") or {}
    tags = found.get("RepoTags") or ["(no name)"]
    return Kept(
        "image", found["Id"], visible(tags[0]), visible(labels.get(f"{LABEL}.skill", "")), found["Size"]
    )
