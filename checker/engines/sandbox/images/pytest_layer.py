"""The layer that holds pytest: a copy of the one installed beside Proctor, with what it depends on.

It lies right above the base, below everything that differs between skills, so that an engine gets it once. No
interpreter looks at its place by itself: a skill that imports pytest without declaring it still fails.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from importlib import metadata
from pathlib import Path, PurePosixPath

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from checker.engines.sandbox.images.bases import LAYOUT, Base
from checker.engines.sandbox.images.bytecode import compile_tree
from checker.engines.sandbox.images.layers import Layer, Member, tree_members
from checker.engines.sandbox.state import State, digest_of
from checker.errors import Unanswered

PLACE = PurePosixPath("/opt/proctor_pytest")


def over(below: Base, state: State) -> Base:
    """`below` with the layer on top; as it is where there is no pytest to copy (see `missing`)."""
    if missing() is not None:
        return below
    layer = _layer(below.interpreter.version, state)
    return replace(below, key=digest_of(below.key, layer.digest), layers=(*below.layers, layer))


@cache
def missing() -> Unanswered | None:
    """Why tests cannot be run, if so: pytest, or something it needs, is not installed beside Proctor."""
    try:
        versions()
    except Unanswered as reason:
        return reason
    return None


@cache
def versions() -> Mapping[str, str]:
    """Name and version of every distribution in the layer. Raises Unanswered when pytest is not installed."""
    return {name: found.version for name, found in _closure("pytest").items()}


def _layer(python: str, state: State) -> Layer:
    """The same one for every skill of a Python version."""
    key = digest_of(LAYOUT, python, versions())
    return state.sole_layer("pytest", key, lambda staging: members(python, staging))


def members(python: str, staging: Path) -> Iterator[Member]:
    """The files of those distributions, modules and metadata without scripts, laid out in `staging` (empty).

    Their bytecode is made when the image's Python `X.Y` is the one that runs Proctor.
    """
    root = staging / PLACE.relative_to("/")
    for path, content in _files():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    if python == f"{sys.version_info[0]}.{sys.version_info[1]}":
        compile_tree(Path(sys.executable), staging, root)
    return tree_members(root, str(PLACE.relative_to("/")))


def _files() -> Iterator[tuple[PurePosixPath, bytes]]:
    for found in _closure("pytest").values():
        for file in found.files or ():
            inside = not file.is_absolute() and ".." not in file.parts
            if inside and "__pycache__" not in file.parts and file.suffix != ".pth":
                yield PurePosixPath(file.as_posix()), file.read_binary()


def _closure(root: str) -> dict[str, metadata.Distribution]:
    """`root` and everything it requires here, by normal name, sorted."""
    found: dict[str, metadata.Distribution] = {}
    wanted = [root]
    while wanted:
        name = canonicalize_name(wanted.pop())
        if name not in found:
            found[name] = _installed(name)
            wanted.extend(_requires(found[name]))
    return dict(sorted(found.items()))


def _installed(name: str) -> metadata.Distribution:
    try:
        return metadata.distribution(name)
    except metadata.PackageNotFoundError as missing:
        reason = f"{name} is not installed beside Proctor, so tests cannot be run; reinstall Proctor"
        raise Unanswered("pytest", reason) from missing


def _requires(distribution: metadata.Distribution) -> list[str]:
    requirements = (Requirement(text) for text in distribution.requires or ())
    return [r.name for r in requirements if r.marker is None or r.marker.evaluate({"extra": ""})]
