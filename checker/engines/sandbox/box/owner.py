"""Which run a container belongs to, and what to do with those whose run is gone.

Proctor removes its containers whatever happens, except when it is killed outright or the engine stops
answering. Such containers end by themselves after a while; the next run on the machine does not wait for it.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from checker.engines.sandbox.engine import Engine, answered
from checker.engines.sandbox.images.build import LABEL
from checker.errors import Unanswered

_PROC = Path("/proc")
_ENDED = ("Z", "X")
_SWEEPS, _PAUSE = 3, 0.1


def owner(pid: int | None = None) -> str:
    """Names a process (default: this one) beyond doubt: boot, process namespace, id and when it started.

    "" where the kernel does not tell (elsewhere than on Linux), or there is no such process.
    """
    number = os.getpid() if pid is None else pid
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        namespace = str((_PROC / "self/ns/pid").readlink())
        # The name of the program stands in brackets and may hold anything, brackets too.
        state, *fields = (_PROC / str(number) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if state in _ENDED else f"{boot} {namespace} {number} {fields[18]}"


def is_gone(label: str) -> bool:
    """True when it is certain that the process `label` names has ended: it was seen from here, and is not."""
    *place, number, _ = label.split(" ") if label.count(" ") == 3 else ("", "")
    own = owner()
    if not own or not number.isdigit() or place != own.split(" ")[:2]:
        return False
    return owner(int(number)) != label


def reap(engine: Engine) -> None:
    """Remove containers of runs that are gone, and those whose time is over. Raises Unanswered."""
    with answered("listing containers"):
        found = engine.api.containers(all=True, filters={"label": f"{LABEL}.keeper"})
    for container in found:
        if _is_stray(container):
            # Another Proctor may be removing it at the same moment; it is none of this run's business.
            with suppress(Unanswered):
                remove(engine, container["Id"])


def _is_stray(container: Any) -> bool:
    labels = container["Labels"]
    over = labels[f"{LABEL}.keeper"]
    return is_gone(labels.get(f"{LABEL}.owner", "")) or (over.isdigit() and int(over) < time.time())


def remove(engine: Engine, container: str) -> None:
    """Remove a container with everything that runs in it. That it is gone already is no error."""
    import docker.errors

    with answered("removing a container"), suppress(docker.errors.NotFound):
        try:
            engine.api.remove_container(container, force=True, v=True)
        except docker.errors.APIError as error:
            if error.status_code != 409:  # it is being removed: by `clean`, say
                raise


def sweep(engine: Engine) -> None:
    """Remove what is left of this connection's own run: a start that was interrupted goes on by itself."""
    label = f"{LABEL}.run={engine.run}"
    with suppress(Unanswered):  # an engine that is gone: the next run removes what this one could not
        for _ in range(_SWEEPS):
            with answered("listing containers"):
                found = engine.api.containers(all=True, filters={"label": label})
            if not found:
                return
            for container in found:
                remove(engine, container["Id"])
            time.sleep(_PAUSE)


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
