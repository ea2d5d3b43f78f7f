"""The packages of an image, laid out: kept from before, made ready ahead, or fetched and examined now."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from checker.engines.sandbox.images.bases import LAYOUT, Base
from checker.engines.sandbox.images.layers import Layer, Part
from checker.engines.sandbox.images.packages import Interpreter, runner_members
from checker.engines.sandbox.images.prepared import Preparation
from checker.engines.sandbox.images.unpack import examine
from checker.engines.sandbox.images.wheel_contents import top_level
from checker.engines.sandbox.state import State, digest_of, sizes_of
from checker.model.lock import LockedFile
from checker.tools import ImageOrder

#: Up to so many bytes, packages and the files of the only skill that has them are one layer: an engine starts
#: a process for each layer, which takes it about as long as this much content.
_ONE_LAYER = 8 << 20


class Wheels(Protocol):
    """Where wheels come from: already checked against the hashes of the lock."""

    def fetch(self, files: Sequence[LockedFile], *, max_bytes: int) -> Mapping[str, Path]:
        """Path of each file by its sha256, named as the lock names it. Raises Unanswered or InputError."""


class Packages(NamedTuple):
    """Packages laid out: a part for each wheel, what is known of them, and their layer's digest, if any."""

    parts: tuple[Part, ...]
    facts: dict[str, Any]
    layer: str = ""

    def lie_with(self, order: ImageOrder) -> bool:
        """Whether they lie in one layer with the skill's files: small, and no other skill's."""
        own = sum(len(content) for content, _ in order.files.values())
        return not order.shared and own + sum(part.path.stat().st_size for part in self.parts) <= _ONE_LAYER


@dataclass(frozen=True)
class LayingOut:
    """Lays out what comes from `wheels`, remembering in `state`."""

    wheels: Wheels
    state: State
    #: Packages that are laid out and in no image yet, by their key.
    _ready: dict[str, Packages] = field(default_factory=dict)

    def lacks(self, order: ImageOrder, below: Base) -> bool:
        """Whether the packages of an order would have to be fetched and laid out."""
        key = packages_key(order, below)
        return key not in self._ready and self._known(order, key, below.interpreter) is None

    def fetched(self, order: ImageOrder) -> Mapping[str, Path]:
        """The wheels of the order by sha256, checked just now. Raises Unanswered and InputError."""
        return self.wheels.fetch(order.wheels, max_bytes=order.max_wheel_bytes)

    def prepare(self, order: ImageOrder, wheels: Mapping[str, Path], below: Base) -> None:
        """Lay them out, for `of` to find. Raises Unanswered and InputError."""
        self._ready[packages_key(order, below)] = self._laid_out(order, wheels, below.interpreter)

    def of(self, order: ImageOrder, key: str, interpreter: Interpreter) -> Packages:
        """The packages of the order: kept, prepared, or laid out now. Raises Unanswered and InputError."""
        if (known := self._known(order, key, interpreter)) is not None:
            return known
        found = self._made_ready(key, interpreter)
        if found is None:
            found = self._laid_out(order, self.fetched(order), interpreter)
        self.state.remember("packages", key, {**sizes_of([]), **found.facts})
        return found

    def _made_ready(self, key: str, interpreter: Interpreter) -> Packages | None:
        """Packages that were prepared, if they still are what they were: that may be minutes ago."""
        found = self._ready.pop(key, None)
        return found if found and Preparation(self.state, interpreter).intact(found.parts) else None

    def _known(self, order: ImageOrder, key: str, interpreter: Interpreter) -> Packages | None:
        """Packages of which all parts are there; what a new layer is made of is read and checked."""
        known = self.state.record("packages", key)
        preparation = Preparation(self.state, interpreter)
        parts = preparation.kept(known["parts"]) if known else None
        if known is None or parts is None:
            return None
        found = Packages(tuple(parts), known, next(iter(known["layers"]), ""))
        if found.layer and not found.lie_with(order):
            return found  # the engine holds the layer against its digest
        return found if preparation.intact(parts) else None

    def _laid_out(self, order: ImageOrder, paths: Mapping[str, Path], interpreter: Interpreter) -> Packages:
        """Examined and prepared wheels. Raises Unanswered and InputError."""
        contents = examine(paths.values(), order.python, order.max_unpacked_bytes)
        sha256s = {path: sha256 for sha256, path in paths.items()}
        preparation = Preparation(self.state, interpreter)
        wheels = preparation.parts([(sha256s[found.wheel], found) for found in contents])
        parts = (*wheels, preparation.audit())
        return Packages(
            parts,
            {
                "parts": [part.path.stem for part in parts],
                "top_level": {c.name: list(top_level(c)) for c in contents},
                "notes": [note for c in contents for note in c.notes],
            },
        )

    def remember(self, key: str, packages: Packages, layer: Layer) -> None:
        """Keep that this is the layer of theirs."""
        self.state.remember("packages", key, {**packages.facts, **sizes_of([layer])})

    def forget(self, key: str) -> None:
        """Have them read and checked the next time."""
        self.state.forget("packages", key)


def packages_key(order: ImageOrder, below: Base) -> str:
    """What decides the packages of an order: equal ones have equal layers."""
    wheels = sorted([file.sha256 or "", file.filename] for file in order.wheels)
    runners = [hashlib.sha256(member.data or b"").hexdigest() for member in runner_members()]
    interpreter = [below.interpreter.version, below.interpreter.path, bool(below.interpreter.on_host)]
    return digest_of(LAYOUT, below.key, wheels, runners, interpreter, order.max_unpacked_bytes)
