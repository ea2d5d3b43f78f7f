"""Build an image from layers, or find that it is there already. Nothing of a skill runs while it is built."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from packaging.utils import canonicalize_name

from checker import __version__
from checker.engines.sandbox.engine import Engine
from checker.engines.sandbox.images import pytest_layer
from checker.engines.sandbox.images.archive import Recipe
from checker.engines.sandbox.images.bases import LAYOUT, Base, base
from checker.engines.sandbox.images.early import EarlyLoad
from checker.engines.sandbox.images.layers import Layer, Member, Part, stacked, write_layer
from checker.engines.sandbox.images.loading import load
from checker.engines.sandbox.images.packages import (
    ENVIRONMENT,
    Interpreter,
    environment_members,
    runner_members,
)
from checker.engines.sandbox.images.prepared import Preparation
from checker.engines.sandbox.images.unpack import examine
from checker.engines.sandbox.images.wheel_contents import safe_path, top_level
from checker.engines.sandbox.state import State, digest_of, sizes_of
from checker.errors import InputError, Unanswered
from checker.escape import visible
from checker.model.lock import LockedFile
from checker.tools import Image, ImageOrder

REPOSITORY = "proctor/skill"
#: Up to so many bytes, packages and the skill's own files are one layer: an engine starts a process for each
#: layer, which takes it about as long as this much content. Larger packages are a layer that skills share.
_ONE_LAYER = 8 << 20
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


class Wheels(Protocol):
    """Where wheels come from: already checked against the hashes of the lock."""

    def fetch(self, files: Sequence[LockedFile], *, max_bytes: int) -> Mapping[str, Path]:
        """Path of each file by its sha256, named as the lock names it. Raises Unanswered or InputError."""


class _Packages(NamedTuple):
    """Packages laid out: a part for each wheel, what is known of them, and their layer's digest, if any."""

    parts: tuple[Part, ...]
    facts: dict[str, Any]
    layer: str = ""


@dataclass(frozen=True)
class Builder:
    """Builds images on `engine` from `wheels`, remembering in `state`."""

    engine: Engine
    wheels: Wheels
    state: State
    #: Packages that are laid out and in no image yet, by their key.
    _ready: dict[str, _Packages] = field(default_factory=dict)

    def lacks_packages(self, order: ImageOrder) -> bool:
        """Whether `build` would have to fetch and lay out packages. Raises Unanswered."""
        self.engine.reach()  # before the slow work: a machine without an engine is told at once
        below = self.below(order.base, order.python)
        key = _packages_key(order, below)
        return key not in self._ready and self._known_packages(order, key, below.interpreter) is None

    def fetched(self, order: ImageOrder) -> Mapping[str, Path]:
        """The wheels of the order by sha256, checked just now. Raises Unanswered and InputError."""
        return self.wheels.fetch(order.wheels, max_bytes=order.max_wheel_bytes)

    def prepare(self, order: ImageOrder, wheels: Mapping[str, Path]) -> None:
        """Lay out the packages, for `build` to find. Raises Unanswered and InputError."""
        below = self.below(order.base, order.python)
        self._ready[_packages_key(order, below)] = self._laid_out(order, wheels, below.interpreter)

    def build(self, order: ImageOrder) -> Image:
        """Build or reuse; see `checker.tools.Sandbox`."""
        started = time.monotonic()
        _refuse_unsafe_paths(order)
        self.engine.reach()  # before the slow work: a machine without an engine is told at once
        below = self.below(order.base, order.python)
        packages_key = _packages_key(order, below)
        key = digest_of(LAYOUT, below.key, packages_key, _skill_key(order), dict(order.labels))
        record = self._known(key)
        cached = record is not None
        if record is None:
            with EarlyLoad(self.engine) as early:
                self._keep_base(order.base, below)
                record = self._made(order, below, key, packages_key, early)
        seconds = time.monotonic() - started
        modules = {canonicalize_name(name): tuple(found) for name, found in record["top_level"].items()}
        notes = tuple(record["notes"])
        return Image(key, record["image_id"], order.base, cached, seconds, modules, notes)

    def _made(
        self, order: ImageOrder, below: Base, key: str, packages_key: str, early: EarlyLoad
    ) -> dict[str, Any]:
        packages = self._packages(order, packages_key, below.interpreter)
        own = self._own_layers(order, packages, packages_key, below.interpreter, early)
        layers, labels = (*below.layers, *own), _labels(order, key, below)
        try:
            return self._load(key, layers, labels, packages.facts, early, len(below.layers))
        except Unanswered:  # should it be for what was kept of the packages: it is read and checked next time
            self.state.forget("packages", packages_key)
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

    def _packages(self, order: ImageOrder, key: str, interpreter: Interpreter) -> _Packages:
        """The packages of the order: kept, prepared, or laid out now. Raises Unanswered and InputError."""
        if (known := self._known_packages(order, key, interpreter)) is not None:
            return known
        found = self._made_ready(key, interpreter)
        if found is None:
            found = self._laid_out(order, self.fetched(order), interpreter)
        self.state.remember("packages", key, {**sizes_of([]), **found.facts})
        return found

    def _made_ready(self, key: str, interpreter: Interpreter) -> _Packages | None:
        """Packages that were prepared, if they still are what they were: that may be minutes ago."""
        found = self._ready.pop(key, None)
        return found if found and Preparation(self.state, interpreter).intact(found.parts) else None

    def _known_packages(self, order: ImageOrder, key: str, interpreter: Interpreter) -> _Packages | None:
        """Packages of which all parts are there. What a new layer is made of is read and checked."""
        known = self.state.record("packages", key)
        preparation = Preparation(self.state, interpreter)
        parts = preparation.kept(known["parts"]) if known else None
        if known is None or parts is None:
            return None
        found = _Packages(tuple(parts), known, next(iter(known["layers"]), ""))
        as_layer = found.layer and not _is_one_layer(order, found)  # its digest is for the engine to check
        return found if as_layer or preparation.intact(parts) else None

    def _own_layers(
        self, order: ImageOrder, packages: _Packages, key: str, interpreter: Interpreter, early: EarlyLoad
    ) -> tuple[Layer, ...]:
        """The layers of packages and skill, or the one of both."""
        environment, own = environment_members(interpreter), _skill_members(order)
        if _is_one_layer(order, packages):
            return (early.layer(stacked([*environment, *own], packages.parts)),)
        pieces = stacked(environment, packages.parts)
        layer = Layer(packages.layer, pieces) if packages.layer else early.layer(pieces)
        self.state.remember("packages", key, {**packages.facts, **sizes_of([layer])})
        return layer, write_layer(self.state.layers, own)

    def _laid_out(self, order: ImageOrder, paths: Mapping[str, Path], interpreter: Interpreter) -> _Packages:
        """Examined and prepared wheels. Raises Unanswered and InputError."""
        contents = examine(paths.values(), order.python, order.max_unpacked_bytes)
        sha256s = {path: sha256 for sha256, path in paths.items()}
        preparation = Preparation(self.state, interpreter)
        wheels = preparation.parts([(sha256s[found.wheel], found) for found in contents])
        parts = (*wheels, preparation.audit())
        return _Packages(
            parts,
            {
                "parts": [part.path.stem for part in parts],
                "top_level": {c.name: list(top_level(c)) for c in contents},
                "notes": [note for c in contents for note in c.notes],
            },
        )

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


def _is_one_layer(order: ImageOrder, packages: _Packages) -> bool:
    own = sum(len(content) for content, _ in order.files.values())
    return own + sum(part.path.stat().st_size for part in packages.parts) <= _ONE_LAYER


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
    return digest_of(order.skill, files)


def _packages_key(order: ImageOrder, below: Base) -> str:
    wheels = sorted([file.sha256 or "", file.filename] for file in order.wheels)
    runners = [hashlib.sha256(member.data or b"").hexdigest() for member in runner_members()]
    interpreter = [below.interpreter.version, below.interpreter.path, bool(below.interpreter.on_host)]
    return digest_of(LAYOUT, below.key, wheels, runners, interpreter, order.max_unpacked_bytes)
