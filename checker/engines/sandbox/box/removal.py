"""Removing containers, and the three kinds of evidence that nobody needs one any more.

Proctor removes its containers whatever happens, except when it is killed outright or the engine stops
answering. Such containers end by themselves after a while, but nobody waits for that:

- `remove_orphans`, before the first box of a run: the process that started one has ended, whatever its cache
  folder. Only processes that can be seen from here count (see `owner`).
- `remove_of_folder`, when a cache folder is cleaned: nobody else uses it, so the run of a container of its is
  over wherever its process could be seen from: in another container, say.
- `remove_own`, at the end of a run: whatever this connection started.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

from checker.engines.sandbox.box.owner import is_gone
from checker.engines.sandbox.engine import Engine, answered
from checker.engines.sandbox.images.build import LABEL
from checker.errors import Unanswered

_ROUNDS, _PAUSE = 3, 0.1


def remove_orphans(engine: Engine) -> None:
    """Containers whose process has ended, and those whose time is over. Raises Unanswered."""
    for container in _labelled(engine, "keeper"):
        if _is_orphan(container):
            # Another Proctor may be removing it at the same moment; it is none of this run's business.
            with suppress(Unanswered):
                remove(engine, container["Id"])


def remove_of_folder(engine: Engine, identity: str) -> list[str]:
    """Containers of the state folder of this identity, which the caller holds alone; their names.

    Raises Unanswered.
    """
    names = []
    for container in _labelled(engine, f"state={identity}"):
        remove(engine, container["Id"])
        names.append(str(container["Names"][0]).lstrip("/"))
    return names


def remove_own(engine: Engine) -> None:
    """What is left of this connection's own run: a start that was interrupted goes on by itself."""
    with suppress(Unanswered):  # an engine that is gone: the next run removes what this one could not
        for _ in range(_ROUNDS):
            found = _labelled(engine, f"run={engine.run}")
            if not found:
                return
            for container in found:
                remove(engine, container["Id"])
            time.sleep(_PAUSE)


def remove(engine: Engine, container: str) -> None:
    """Remove a container with everything that runs in it. That it is gone already is no error."""
    import docker.errors

    with answered("removing a container"), suppress(docker.errors.NotFound):
        try:
            engine.api.remove_container(container, force=True, v=True)
        except docker.errors.APIError as error:
            if error.status_code != 409:  # it is being removed: by `clean`, say
                raise


def remove_or_remember(engine: Engine, container: str) -> None:
    """Remove a container, or keep its name for `catch_up`: what was seen in it stands either way."""
    try:
        remove(engine, container)
    except Unanswered:
        engine.unremoved.add(container)


def catch_up(engine: Engine) -> None:
    """Try again what could not be removed. Should that fail, the next call of the engine will say why."""
    for container in tuple(engine.unremoved):
        try:
            remove(engine, container)
        except Unanswered:
            return
        engine.unremoved.discard(container)


def _labelled(engine: Engine, label: str) -> list[Any]:
    """Containers, running or not, with this label of ours: `name`, or `name=value`."""
    with answered("listing containers"):
        found: list[Any] = engine.api.containers(all=True, filters={"label": f"{LABEL}.{label}"})
    return found


def _is_orphan(container: Any) -> bool:
    labels = container["Labels"]
    over = labels[f"{LABEL}.keeper"]
    return is_gone(labels.get(f"{LABEL}.owner", "")) or (over.isdigit() and int(over) < time.time())
