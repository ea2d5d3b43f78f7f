"""The base layers of an image: this machine's own Python, or an image that is pinned by digest."""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from checker.engines.sandbox.engine import Engine
from checker.engines.sandbox.images.host_base import base_members
from checker.engines.sandbox.images.host_python import HostPython, find_python, stamp
from checker.engines.sandbox.images.layers import Layer
from checker.engines.sandbox.images.packages import Interpreter
from checker.engines.sandbox.images.registry_base import base_from_image
from checker.engines.sandbox.state import State, digest_of, sizes_of
from checker.errors import Unanswered

#: Raise it when a layer would be laid out in another way: what was cached before is then not used again.
LAYOUT = 9


@dataclass(frozen=True)
class Base:
    """Layers to build on, lowest first, and the interpreter in them. `key` decides what may be reused.

    `diff_id` is that of the base's own uppermost layer, whatever was put on top of it since.
    """

    key: str
    layers: tuple[Layer, ...]
    interpreter: Interpreter
    diff_id: str


def base(reference: str, python: str, engine: Engine, state: State) -> Base:
    """`host`, or `name@sha256:…`. Raises Unanswered: no such Python, no such image."""
    if reference == "host":
        return _host(_host_python(python, state), state)
    return _image(reference, python, engine, state)


def identity(reference: str, python: str, state: State) -> dict[str, object]:
    """What decides a base, as a JSON value: equal ones have equal keys, and no layer has to be there.

    Raises Unanswered where this machine has no such Python.
    """
    if reference == "host":
        return {"host": asdict(_host_python(python, state))}
    return {"image": reference, "python": python, "compiled": _compiler(python, state) is not None}


def _host(python: HostPython, state: State) -> Base:
    key = digest_of(LAYOUT, "host", asdict(python))
    layer = state.sole_layer("base", key, lambda staging: base_members(python, staging))
    return Base(key, (layer,), Interpreter(python.version, python.path, Path(python.path)), layer.diff_id)


def _image(reference: str, python: str, engine: Engine, state: State) -> Base:
    key = digest_of(LAYOUT, reference, python)
    known = state.record("base", key)
    layers = [state.layer(digest) for digest in known["layers"]] if known else [None]
    found = tuple(layer for layer in layers if layer)
    if known is None or len(found) != len(layers):
        found, path = base_from_image(reference, python, engine, state.layers)
        known = {**sizes_of(found), "python": path}
        state.remember("base", key, known)
    interpreter = Interpreter(python, str(known["python"]), _compiler(python, state))
    return Base(key, found, interpreter, found[-1].diff_id)


def _compiler(python: str, state: State) -> Path | None:
    """An interpreter that makes the image's bytecode: any of X.Y. Without one, imports are slower."""
    try:
        return Path(_host_python(python, state).path)
    except Unanswered:
        return None


def _host_python(version: str, state: State) -> HostPython:
    """As `find_python`, remembered as long as the interpreter is not replaced: asking it costs a process."""
    key = digest_of(LAYOUT, version, sys.executable)
    known = state.record("pythons", key)
    if known:
        python = HostPython(**known)
        if python.stamp == _stamp(python):
            return python
    python = find_python(version)
    state.remember("pythons", key, asdict(python))
    return python


def _stamp(python: HostPython) -> str | None:
    try:
        return stamp(Path(python.path), Path(python.stdlib) / "os.py")
    except OSError:
        return None
