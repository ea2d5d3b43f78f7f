"""What decides evidence besides the image's order, the limits and the phases: the box, and its machine.

Two runs with equal circumstances would see the same. Everything here is looked up anew in each run: the
engine and its kernel are asked, the host's Python is looked at, our own programs are hashed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from checker import __version__
from checker.engines.sandbox.box.seccomp import profile
from checker.engines.sandbox.engine import Engine, answered
from checker.engines.sandbox.images import pytest_layer
from checker.engines.sandbox.images.bases import LAYOUT, identity
from checker.engines.sandbox.state import State
from checker.errors import Unanswered
from checker.model.policy import Runtime
from checker.tools import ImageOrder

#: What an engine says of itself that a box depends on; names, sizes and counters it does not.
_ABOUT = ("Driver", "CgroupDriver", "CgroupVersion", "SecurityOptions", "DefaultRuntime", "Architecture")


class Circumstances:
    """Of one engine and one state folder."""

    def __init__(self, engine: Engine, state: State, runtime: Runtime) -> None:
        """Nothing is asked yet."""
        self._engine, self._state, self._runtime = engine, state, runtime

    def of(self, order: ImageOrder) -> dict[str, object] | None:
        """JSON values by what they are; None where the packages are not known before they are built.

        Raises Unanswered: no engine, no such Python. A wheel without a hash may be any wheel.
        """
        if order.sources or not all(file.sha256 for file in order.wheels):
            return None
        return {
            "proctor": __version__,
            "layout": LAYOUT,
            "programs": programs(),
            "seccomp": hashlib.sha256(profile().encode()).hexdigest(),
            "pytest": _pytest(),
            "runtime": self._runtime,
            "engine": self._machine,
            "base": identity(order.base, order.python, self._state),
        }

    @cached_property
    def _machine(self) -> dict[str, object]:
        """Versions of the engine, of all it starts boxes with and of the kernel, and how it is set up."""
        with answered("asked for its version"):
            version, info = self._engine.api.version(), self._engine.api.info()
        parts = [[part.get("Name"), part.get("Version")] for part in version.get("Components") or ()]
        runtime = (info.get("Runtimes") or {}).get(self._runtime)
        about: dict[str, Any] = {name: info.get(name) for name in _ABOUT}
        kernel = version.get("KernelVersion")
        return {
            "version": version.get("Version"),
            "parts": parts,
            "kernel": kernel,
            "runtime": runtime,
            **about,
        }


@cache
def programs() -> str:
    """A digest of everything that builds the box, runs in it and looks at it."""
    whole = hashlib.sha256()
    root = Path(__file__).parent
    for path in sorted(root.rglob("*.py")):
        content = path.read_bytes()
        whole.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode() + content)
    return whole.hexdigest()


def _pytest() -> Mapping[str, str]:
    try:
        return pytest_layer.versions()
    except Unanswered:
        return {}  # then tests are broken, which no evidence is kept of
