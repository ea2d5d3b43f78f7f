"""The sandbox: `checker.tools.Sandbox` on a Docker engine."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from checker.engines.sandbox.box import runtimes
from checker.engines.sandbox.box.canaries import Canaries
from checker.engines.sandbox.box.execution import Ended, execute
from checker.engines.sandbox.box.keeper import Keeper, keeper
from checker.engines.sandbox.box.observe import Observer
from checker.engines.sandbox.box.removal import remove_orphans, remove_own
from checker.engines.sandbox.box.report import Told, as_far_as_answered, evidence, not_run
from checker.engines.sandbox.box.reported import MAX_EVENTS, events
from checker.engines.sandbox.box.sink import Sink, open_sink
from checker.engines.sandbox.circumstances import Circumstances
from checker.engines.sandbox.engine import Engine
from checker.engines.sandbox.images import pytest_layer
from checker.engines.sandbox.images.build import ENV, Builder
from checker.engines.sandbox.images.laying_out import LayingOut, Wheels
from checker.engines.sandbox.images.sink_image import SinkImage, sink_image
from checker.engines.sandbox.images.source_builds import BuiltToo, SourceBuilds
from checker.engines.sandbox.keeping import Keep, tidy
from checker.engines.sandbox.sharing import used
from checker.engines.sandbox.state import State
from checker.errors import ProctorError, Unanswered
from checker.model.evidence import PhaseEvidence, ReportedEvent
from checker.model.policy import Limits, Runtime
from checker.tools import Image, ImageOrder, Phase

#: Each skill in work also costs Proctor a thread, a connection to the engine and up to its output limit.
_AT_MOST = 8


class DockerSandbox:
    """Builds images from `wheels` and runs phases in them. `folder` keeps layers and the index of images."""

    def __init__(
        self,
        wheels: Wheels,
        folder: Path,
        runtime: Runtime = "runc",
        keep: Keep | None = None,
        tell: Callable[[str], object] = str,
    ) -> None:
        """Nothing is asked of the engine yet. What `keep` does not allow to stay goes at the end.

        `tell` is given the reason when that fails: it changes nothing of what was seen.
        """
        self.engine = Engine()
        self._runtime: Runtime = runtime
        self._keep, self._tell = keep, tell
        self._state = State(folder)
        both = BuiltToo(self._state, wheels)
        packages = LayingOut(both, self._state)
        self._builder = Builder(self.engine, packages, self._state)
        self._sources = SourceBuilds(self._builder, both, runtime)
        self._circumstances = Circumstances(self.engine, self._state, runtime)
        self._use = ExitStack()
        self._cleared = False
        #: Images share layers and records, so they are made one after another; boxes run side by side.
        self._building = threading.Lock()

    def __enter__(self) -> Self:
        """Use as a context manager to give the engine's sockets back."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove what could not be removed before, clean up and close the connection."""
        self._use.close()
        try:
            if self.engine.connected:
                remove_own(self.engine)
                if self._keep and self.engine.state:
                    tidy(self.engine, self._state, self._keep)
        except (Unanswered, OSError) as failure:
            self._tell(str(failure))
        finally:
            self.engine.close()

    @cached_property
    def version(self) -> str:
        """The engine's version, or "" when it does not answer."""
        return self.engine.version()

    def circumstances(self, order: ImageOrder) -> Mapping[str, object] | None:
        """What decides evidence besides order, limits and phases; None where that is not known yet.

        Raises Unanswered.
        """
        return self._circumstances.of(order)

    def prepare(self, order: ImageOrder) -> None:
        """Fetch the packages, while others are built, and lay them out. Never raises.

        Not with packages that are built from source: that runs code of theirs.
        """
        with suppress(ProctorError, OSError):
            with self._building:
                self._begin()
                lacking = not order.sources and self._builder.lacks_packages(order)
            if lacking:
                wheels = self._builder.packages.fetched(order)
                with self._building:
                    if self._builder.lacks_packages(order):  # else a skill with the same lock was first
                        self._builder.prepare(order, wheels)

    def build(self, order: ImageOrder) -> Image:
        """Build or reuse an image. Raises Unanswered or InputError; see `checker.tools.Sandbox`."""
        with self._building:
            self._begin()
            return self._builder.build(self._sources.resolved(order))

    def run(self, image: Image, phases: Sequence[Phase], limits: Limits) -> tuple[PhaseEvidence, ...]:
        """Run `phases` in order, in one container as long as each leaves it clean.

        Raises Unanswered when the first cannot be answered; what was seen before a later one stands.
        """
        runtimes.require_sight(self._runtime, limits)
        missing = pytest_layer.missing()
        with self._building:
            self._clear()
            sink = sink_image(self._builder, image) if limits.observe == "network" else None
        with _Boxes(self.engine, image.image_id, limits, len(phases), self._runtime, sink) as boxes:
            return as_far_as_answered(
                phases,
                lambda phase: not_run(phase, missing) if missing and phase.needs_pytest else boxes.run(phase),
            )

    def at_once(self, limits: Limits) -> int:
        """As many as the engine's machine has processors and memory for, within reason."""
        try:
            return min(_AT_MOST, self.engine.room(limits.cpus, limits.memory_mb << 20))
        except Unanswered:
            return 1

    def _begin(self) -> None:
        runtimes.require(self.engine, self._runtime)  # what cannot be run need not be built
        self._hold()

    def _hold(self) -> None:
        """From here to the end nobody else cleans up this folder, and its containers carry its name."""
        if not self.engine.state:
            self._use.enter_context(used(self._state.folder))
            self.engine.state = self._state.identity()

    def _clear(self) -> None:
        """Once, be rid of what runs that were killed have left."""
        if not self._cleared:
            remove_orphans(self.engine)
            self._cleared = True


class _Box(NamedTuple):
    keeper: Keeper
    observer: Observer
    sink: Sink | None


class _Boxes:
    """Containers of one run: a new one follows a phase that was cut off or left something behind."""

    def __init__(
        self,
        engine: Engine,
        image_id: str,
        limits: Limits,
        phases: int,
        runtime: Runtime,
        sink_image: SinkImage | None,
    ) -> None:
        self._engine, self._image_id, self._limits, self._phases = engine, image_id, limits, phases
        self._runtime: Runtime = runtime
        self._sink_image = sink_image
        self._planted = Canaries.new()
        self._stack = ExitStack()
        self._current: _Box | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._discard()

    def run(self, phase: Phase) -> PhaseEvidence:
        box = self._current or self._open()
        observer = box.observer
        env = {**ENV, **self._planted.env}
        if phase.needs_pytest:
            env["PYTHONPATH"] = str(pytest_layer.PLACE)
        before = runtimes.seen(self._runtime, observer.start())
        ended = execute(
            self._engine,
            box.keeper.container,
            phase.argv,
            env,
            stdin=phase.stdin,
            wall_seconds=self._limits.wall_seconds,
            max_output=self._limits.output_kb * 1024,
        )
        # Of what was cut off everything still runs, so nobody looks at what it would have left.
        leftovers = None if ended.cut else runtimes.seen_leftovers(self._runtime, observer.leftovers())
        after = runtimes.seen(self._runtime, observer.read())
        told = self._told(box, ended)
        seen = evidence(phase, ended, before, after, leftovers, self._limits, told)
        # Where leftovers cannot be seen, the only way to be rid of them is a new container; nor must what a
        # phase said too much be heard as the next one's.
        if seen.limit_exceeded or leftovers is None or leftovers or len(seen.reported) == MAX_EVENTS:
            self._discard()
        return seen

    def _told(self, box: _Box, ended: Ended) -> Told:
        seen = box.sink.collect() if box.sink else None
        said = self._planted.found(bytes(ended.output))
        sent = self._planted.found(seen.data) if seen else ()
        reported = events(box.keeper.attached)
        named = () if seen else self._planted.found(_names(reported))
        canaries = [f"{name} (in its output)" for name in said]
        canaries += [f"{name} (to the network)" for name in sent]
        canaries += [f"{name} (in a name, its own Python says)" for name in named]
        return Told(tuple(canaries), seen, reported)

    def _open(self) -> _Box:
        sink = None
        if self._sink_image is not None:
            sink = self._stack.enter_context(
                open_sink(self._engine, self._sink_image, self._limits, self._phases)
            )
        network = f"container:{sink.container}" if sink else "none"
        held = self._stack.enter_context(
            keeper(
                self._engine,
                self._image_id,
                self._limits,
                self._phases,
                self._planted,
                self._runtime,
                network,
            )
        )
        observer = Observer(held.container, held.pid)
        self._stack.callback(observer.close)
        self._current = _Box(held, observer, sink)
        return self._current

    def _discard(self) -> None:
        self._current = None
        self._stack.close()


def _names(reported: Sequence[ReportedEvent]) -> bytes:
    """Whom the skill wanted to reach, as it says itself: all there is where no sink looks."""
    return "\n".join(event.what for event in reported if event.kind == "network").encode()
