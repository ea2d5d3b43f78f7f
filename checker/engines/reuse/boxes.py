"""A sandbox that does not run again what an earlier run saw pass.

Evidence is found by everything it follows from: the order of the image, what the box and the engine are
(`circumstances`), the limits, and each phase as it would be started. Where all of that is the same, neither
an image nor a container is made. Only evidence that is whole and good is kept (`repeatable`): red is always
seen anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from packaging.utils import canonicalize_name

from checker.engines.reuse.kept import Kept, Seen
from checker.errors import InputError, Unanswered
from checker.escape import visible
from checker.model.evidence import PhaseEvidence
from checker.model.policy import Limits
from checker.rules.sandbox.repeatable import repeatable
from checker.tools import Image, ImageOrder, Phase, Sandbox

IMAGES, RUNS = "images", "runs"


class Told(Sandbox, Protocol):
    """A sandbox that tells what it is."""

    def circumstances(self, order: ImageOrder) -> Mapping[str, object] | None:
        """What decides the evidence besides the order, limits and phases; None where it cannot be told."""


class _Ordered(NamedTuple):
    """What an image was made from. `order` is there where the image may have to be built yet."""

    made_of: object | None
    order: ImageOrder | None


class ReusedSandbox:
    """Satisfies `checker.tools.Sandbox` over another one, and what is `kept`. For any number of threads."""

    def __init__(self, sandbox: Told, kept: Kept) -> None:
        """Nothing is asked yet."""
        self._sandbox, self._kept = sandbox, kept
        self._ordered: dict[str, _Ordered] = {}

    @property
    def version(self) -> str:
        """The engine's version, as it is now."""
        return self._sandbox.version

    def prepare(self, order: ImageOrder) -> None:
        """As the sandbox does, unless it is remembered what comes of it."""
        if self._remembered(self._made_of(order)) is None:
            self._sandbox.prepare(order)

    def build(self, order: ImageOrder) -> Image:
        """An image that is remembered, else a real one. Raises as the sandbox does."""
        made_of = self._made_of(order)
        image = self._remembered(made_of)
        if image is not None:
            self._ordered[image.key] = _Ordered(made_of, order)
            return image
        image = self._sandbox.build(order)
        self._ordered[image.key] = _Ordered(made_of, None)
        return image

    def run(self, image: Image, phases: Sequence[Phase], limits: Limits) -> tuple[PhaseEvidence, ...]:
        """Evidence of an earlier run with its date, else of one made now. Raises Unanswered."""
        made_of, order = self._ordered.pop(image.key, _Ordered(None, None))
        key = [made_of, image.key, limits.model_dump(mode="json"), [_phase_key(phase) for phase in phases]]
        if made_of and (known := _known(self._kept.get(RUNS, key, self._kept.max_age), phases)):
            return known
        real = self._rebuilt(image, order, made_of) if order else image
        seen = self._sandbox.run(real, phases, limits)
        if made_of and repeatable(phases, seen):
            self._kept.put(IMAGES, made_of, _facts(real))
            self._kept.put(RUNS, key, [one.model_dump(mode="json") for one in seen])
        return seen

    def at_once(self, limits: Limits) -> int:
        """As the sandbox says: all of it may have to be seen anew."""
        return self._sandbox.at_once(limits)

    def _made_of(self, order: ImageOrder) -> object | None:
        """A key for the order in this box; None where nothing may be reused."""
        try:
            around = self._sandbox.circumstances(order)
        except (Unanswered, OSError):
            return None  # the sandbox says why itself, when it is asked to build
        return None if around is None else [_order_key(order), around]

    def _remembered(self, made_of: object | None) -> Image | None:
        """The image as it was, without its time: nothing is built for what need not run."""
        seen = self._kept.get(IMAGES, made_of, self._kept.max_age) if made_of else None
        try:
            return _image(seen.value) if seen else None
        except (TypeError, ValueError, KeyError, AttributeError):
            return None

    def _rebuilt(self, image: Image, order: ImageOrder, made_of: object) -> Image:
        """The real image where only a remembered one was needed so far. Raises Unanswered."""
        try:
            real = self._sandbox.build(order)
        except (InputError, OSError) as error:
            raise Unanswered("sandbox", visible(str(error))) from error
        if _facts(real) != _facts(image):  # the phases were planned by what was remembered
            self._kept.put(IMAGES, made_of, _facts(real))
            raise Unanswered("sandbox", "its image is not the one that is remembered; run with --fresh")
        return real


def _order_key(order: ImageOrder) -> object:
    files = [[path, _sha256(content), runs] for path, (content, runs) in sorted(order.files.items())]
    wheels = sorted([file.filename, file.sha256 or ""] for file in order.wheels)
    limits = [order.max_wheel_bytes, order.max_unpacked_bytes]
    return [order.skill, order.python, order.base, wheels, files, dict(order.labels), limits, order.shared]


def _phase_key(phase: Phase) -> object:
    return [phase.name, phase.argv, _sha256(phase.stdin), phase.needs_pytest, phase.reports]


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _facts(image: Image) -> dict[str, object]:
    modules = {name: list(found) for name, found in sorted(image.top_level.items())}
    return {
        "key": image.key,
        "image_id": image.image_id,
        "base": image.base,
        "top_level": modules,
        "notes": list(image.notes),
    }


def _image(facts: object) -> Image:
    """Raises TypeError, ValueError, KeyError or AttributeError for what `_facts` did not make."""
    if not isinstance(facts, dict) or not all(
        isinstance(facts[name], str) for name in ("key", "image_id", "base")
    ):
        raise TypeError("not the facts of an image")
    modules = {canonicalize_name(name): _texts(found) for name, found in facts["top_level"].items()}
    notes = _texts(facts["notes"])
    return Image(facts["key"], facts["image_id"], facts["base"], True, 0.0, modules, notes)


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise TypeError("not a list of texts")
    return tuple(value)


def _known(seen: Seen | None, phases: Sequence[Phase]) -> tuple[PhaseEvidence, ...]:
    """Evidence that was kept, with its date; empty where there is none for just these phases."""
    if seen is None or not isinstance(seen.value, list):
        return ()
    try:
        found = tuple(PhaseEvidence.model_validate(one) for one in seen.value)
    except ValueError:
        return ()
    if not repeatable(phases, found):
        return ()
    return tuple(one.model_copy(update={"reused": seen.when}) for one in found)
