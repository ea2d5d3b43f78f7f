"""The sandboxes that the contract is held against. A new one costs an entry in `BACKENDS`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from checker.engines.sandbox import DockerSandbox, Engine, clean, listed
from checker.tools import Sandbox
from tests.support.sandbox import FolderWheels


class Backend(NamedTuple):
    """A sandbox. `open` takes the wheels and an empty folder; `absent` says why it cannot be had, or "".

    `counts` tells whether the host's kernel counts what happens in the box: where it does not, what it would
    have counted is None, and that is held instead.
    """

    open: Callable[[FolderWheels, Path], AbstractContextManager[Sandbox]]
    absent: Callable[[], str]
    counts: bool = True


@contextmanager
def docker(wheels: FolderWheels, folder: Path, **settings: Any) -> Iterator[Sandbox]:
    """A Docker sandbox that takes its images along when it goes."""
    with DockerSandbox(wheels, folder, **settings) as sandbox:
        yield sandbox
        images = {json.loads(path.read_text())["image_id"] for path in folder.glob("images/*.json")}
        clean(sandbox.engine, [kept for kept in listed(sandbox.engine) if kept.id in images])


def _runsc_absent() -> str:
    engine = Engine()
    try:
        known = sorted(engine.api.info().get("Runtimes") or {})
    finally:
        engine.close()
    return "" if "runsc" in known else f"the engine has no runtime runsc (it has {', '.join(known)})"


BACKENDS = {
    "docker-runc": Backend(docker, lambda: ""),
    "docker-runsc": Backend(
        lambda wheels, folder: docker(wheels, folder, runtime="runsc"), _runsc_absent, counts=False
    ),
}
