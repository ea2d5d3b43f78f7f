"""Build an image from layers, or find that it is there already. Nothing of a skill runs while it is built."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from checker import __version__
from checker.engines.sandbox.engine import Engine
from checker.engines.sandbox.images import pytest_layer
from checker.engines.sandbox.images.archive import Recipe
from checker.engines.sandbox.images.bases import LAYOUT, Base, base
from checker.engines.sandbox.images.early import EarlyLoad
from checker.engines.sandbox.images.layers import Layer, Member, stacked, write_layer
from checker.engines.sandbox.images.laying_out import LayingOut, Packages, packages_key
from checker.engines.sandbox.images.loading import load
from checker.engines.sandbox.images.packages import ENVIRONMENT, Interpreter, environment_members
from checker.engines.sandbox.images.wheel_contents import safe_path
from checker.engines.sandbox.state import State, digest_of, sizes_of
from checker.errors import InputError, Unanswered
from checker.escape import visible
from checker.tools import Image, ImageOrder

REPOSITORY = "proctor/skill"
LABEL = "org.proctor"
#: The whole environment of a phase: nothing of the machine that runs Proctor gets in.
ENV: Mapping[str, str] = {
    "PATH": f"{ENVIRONMENT}/bin:/usr/local/bin:/usr/bin:/bin",
    "VIRTUAL_ENV": str(ENVIRONMENT),
    "HOME": "/tmp",  # noqa: S108 - in the box, where it is the only place to write to
    "TMPDIR": "/tmp",  # noqa: S108
    "LANG": "C.UTF-8",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONNOUSERSITE": "1",
}


@dataclass(frozen=True)
class Builder:
    """Builds images on `engine`, remembering in `state`."""

    engine: Engine
    packages: LayingOut
    state: State

    def lacks_packages(self, order: ImageOrder) -> bool:
        """Whether `build` would have to fetch and lay out packages. Raises Unanswered."""
        self.engine.reach()  # before the slow work: a machine without an engine is told at once
        return self.packages.lacks(order, self.below(order.base, order.python))

    def prepare(self, order: ImageOrder, wheels: Mapping[str, Path]) -> None:
        """Lay out the packages, for `build` to find. Raises Unanswered and InputError."""
        self.packages.prepare(order, wheels, self.below(order.base, order.python))

    def build(self, order: ImageOrder) -> Image:
        """Build or reuse; see `checker.tools.Sandbox`."""
        started = time.monotonic()
        _refuse_unsafe_paths(order)
        self.engine.reach()  # before the slow work: a machine without an engine is told at once
        below = self.below(order.base, order.python)
        of_packages = packages_key(order, below)
        key = digest_of(LAYOUT, below.key, of_packages, _skill_key(order), dict(order.labels))
        record = self._known(key)
        cached = record is not None
        if record is None:
            with EarlyLoad(self.engine) as early:
                self._keep_base(order.base, below)
                record = self._made(order, below, key, of_packages, early)
        seconds = time.monotonic() - started
        modules = {canonicalize_name(name): tuple(found) for name, found in record["top_level"].items()}
        notes = tuple(record["notes"])
        return Image(key, record["image_id"], order.base, cached, seconds, modules, notes)

    def _made(
        self, order: ImageOrder, below: Base, key: str, of_packages: str, early: EarlyLoad
    ) -> dict[str, Any]:
        packages = self.packages.of(order, of_packages, below.interpreter)
        own = self._own_layers(order, packages, of_packages, below.interpreter, early)
        layers, labels = (*below.layers, *own), _labels(order, key, below)
        try:
            return self._load(key, layers, labels, packages.facts, early, len(below.layers))
        except Unanswered:  # should it be for what was kept of the packages: it is read and checked next time
            self.packages.forget(of_packages)
            raise

    def below(self, reference: str, python: str) -> Base:
        """What lies below everything of a skill's: the base, and pytest. Raises Unanswered."""
        return pytest_layer.over(base(reference, python, self.engine, self.state), self.state)

    def _keep_base(self, reference: str, below: Base) -> None:
        """Have what is the same for all on the engine as an image of its own: most bytes of a small image.

        Without it they would be sent anew whenever the last image that has them was removed.
        """
        key = digest_of(LAYOUT, "base", below.key)
        if self._known(key) is None:
            labels = {
                f"{LABEL}.key": key,
                f"{LABEL}.skill": "(base)",
                f"{LABEL}.base": reference,
                f"{LABEL}.version": __version__,
            }
            self._load(key, below.layers, labels, {"top_level": {}, "notes": []})

    def _known(self, key: str) -> dict[str, Any] | None:
        """The record of an image that the engine still has under the id we saw it get."""
        record = self.state.record("images", key)
        return record if record and self.engine.image(record["image_id"]) else None

    def _own_layers(
        self, order: ImageOrder, packages: Packages, key: str, interpreter: Interpreter, early: EarlyLoad
    ) -> tuple[Layer, ...]:
        """The layers of packages and skill, or the one of both."""
        environment, own = environment_members(interpreter), _skill_members(order)
        if packages.lie_with(order):
            return (early.layer(stacked([*environment, *own], packages.parts)),)
        pieces = stacked(environment, packages.parts)
        layer = Layer(packages.layer, pieces) if packages.layer else early.layer(pieces)
        self.packages.remember(key, packages, layer)
        return layer, write_layer(self.state.layers, own)

    def _load(
        self,
        key: str,
        layers: tuple[Layer, ...],
        labels: Mapping[str, str],
        facts: Mapping[str, Any],
        early: EarlyLoad | None = None,
        below: int = 0,
    ) -> dict[str, Any]:
        tag = f"{REPOSITORY}:{key[:32]}"
        recipe = Recipe(
            tag=tag,
            architecture=self.engine.architecture,
            layers=layers,
            env=ENV,
            labels=labels,
            workdir="/skill",
            user="1000:1000",
        )
        loaded = load(self.engine, self.state, recipe, early, below)
        record = {
            "image_id": loaded["Id"],
            **sizes_of(layers),
            "labels": dict(labels),
            "top_level": facts["top_level"],
            "notes": facts["notes"],
        }
        self.state.remember("images", key, record)
        return record


def _labels(order: ImageOrder, key: str, below: Base) -> dict[str, str]:
    """What an image says of itself. The digest of a base that is no image is that of its uppermost layer."""
    named = order.base.rpartition("@")[2] if "@" in order.base else below.diff_id
    ours = {
        f"{LABEL}.key": key,
        f"{LABEL}.skill": visible(order.skill),
        f"{LABEL}.base": order.base,
        f"{LABEL}.python": order.python,
        f"{LABEL}.version": __version__,
        "org.opencontainers.image.title": visible(order.skill),
        "org.opencontainers.image.base.name": order.base,
        "org.opencontainers.image.base.digest": named,
    }
    return {**{name: visible(value) for name, value in order.labels.items()}, **ours}


def _refuse_unsafe_paths(order: ImageOrder) -> None:
    for path in order.files:
        problem = safe_path(path)
        if problem:
            raise InputError(f"`{visible(path)}` {problem}, so it cannot be put in an image", visible(path))
        parents = (path[:at] for at, character in enumerate(path) if character == "/")
        if any(parent in order.files for parent in parents):
            raise InputError(f"`{visible(path)}` lies below a file", visible(path))


def _skill_members(order: ImageOrder) -> list[Member]:
    files = (
        Member(f"skill/{path}", 0o755 if executable else 0o644, data=content)
        for path, (content, executable) in order.files.items()
    )
    return [Member("skill", 0o755), *files]


def _skill_key(order: ImageOrder) -> str:
    files = [
        [path, hashlib.sha256(content).hexdigest(), executable]
        for path, (content, executable) in sorted(order.files.items())
    ]
    return digest_of(order.skill, files, order.shared)
