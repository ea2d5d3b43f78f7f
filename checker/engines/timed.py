"""The outside world of a run with a clock on it: what each part of it is asked is a stage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from packaging.utils import NormalizedName

from checker.errors import Unanswered
from checker.model.advisory import ScanReport
from checker.model.evidence import PhaseEvidence
from checker.model.lock import LockedFile, Pin
from checker.model.policy import Limits
from checker.tools import (
    Clock,
    CoreMetadata,
    Image,
    ImageOrder,
    Index,
    IndexFile,
    Phase,
    Project,
    Sandbox,
    Scanner,
    Tools,
    Wheels,
)


def timed(tools: Tools, clock: Clock) -> Tools:
    """The same tools; time in them is told to the clock."""
    return replace(
        tools,
        index=tools.index and TimedIndex(tools.index, clock),
        scanners=tuple(TimedScanner(scanner, clock) for scanner in tools.scanners),
        sandbox=tools.sandbox and TimedSandbox(tools.sandbox, clock),
        wheels=tools.wheels and TimedWheels(tools.wheels, clock),
    )


@dataclass(frozen=True, eq=False)
class TimedIndex:
    """An `Index` in stage `index`."""

    index: Index
    clock: Clock

    def projects(self, names: Iterable[NormalizedName]) -> Mapping[NormalizedName, Project | Unanswered]:
        """As the index says."""
        with self.clock.stage("index"):
            return self.index.projects(names)

    def metadata(self, files: Iterable[IndexFile]) -> Mapping[str, CoreMetadata | Unanswered]:
        """As the index says."""
        with self.clock.stage("index"):
            return self.index.metadata(files)


@dataclass(frozen=True, eq=False)
class TimedWheels:
    """The content of wheels, which come from an index: in stage `index`, too."""

    wheels: Wheels
    clock: Clock

    def modules(self, files: Iterable[LockedFile]) -> Mapping[str, tuple[str, ...]]:
        """As the wheels say."""
        with self.clock.stage("index"):
            return self.wheels.modules(files)


@dataclass(frozen=True, eq=False)
class TimedScanner:
    """A `Scanner` in stage `scan`."""

    scanner: Scanner
    clock: Clock

    @property
    def name(self) -> str:
        """As the engine says."""
        return self.scanner.name

    @property
    def database(self) -> str:
        """As the engine says."""
        return self.scanner.database

    def scan(self, pins: frozenset[Pin]) -> ScanReport:
        """As the engine says."""
        with self.clock.stage("scan"):
            return self.scanner.scan(pins)


@dataclass(frozen=True, eq=False)
class TimedSandbox:
    """A `Sandbox` in stages `build` and `run`."""

    sandbox: Sandbox
    clock: Clock

    @property
    def version(self) -> str:
        """As the engine says."""
        return self.sandbox.version

    def prepare(self, order: ImageOrder) -> None:
        """As the engine does."""
        with self.clock.stage("build"):
            self.sandbox.prepare(order)

    def build(self, order: ImageOrder) -> Image:
        """As the engine does."""
        with self.clock.stage("build"):
            return self.sandbox.build(order)

    def run(self, image: Image, phases: Sequence[Phase], limits: Limits) -> tuple[PhaseEvidence, ...]:
        """As the engine does."""
        with self.clock.stage("run"):
            return self.sandbox.run(image, phases, limits)

    def at_once(self, limits: Limits) -> int:
        """As the engine says."""
        return self.sandbox.at_once(limits)
