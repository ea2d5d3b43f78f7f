"""Protocols: what the inner parts may ask of the outside world. Engines satisfy them, tests fake them.

Every method that goes outside either answers or says why not: `Unanswered` raised for a whole call, or an
`Unanswered` value for one item of a batch. Silence is not an answer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Protocol

from packaging.requirements import Requirement
from packaging.utils import NormalizedName
from packaging.version import Version

from checker.errors import Unanswered
from checker.model.advisory import ScanReport
from checker.model.evidence import PhaseEvidence, PhaseName
from checker.model.lock import LockedFile, Pin
from checker.model.policy import Limits, Target
from checker.model.profile import Profile, Stage
from checker.model.skill import Entry


class Tree(Protocol):
    """A frozen set of files: a git revision or the work tree as it was when first read."""

    @property
    def revision(self) -> str:
        """Commit id, or "work tree"."""

    @property
    def problems(self) -> Sequence[str]:
        """Paths that cannot be used (not UTF-8, collisions), each as a sentence safe to print."""

    def entries(self) -> Mapping[str, Entry]:
        """Every entry by repository-relative path ("/" between parts), sorted by path."""

    def read(self, path: str, limit: int) -> bytes:
        """Content of a regular file. InputError: missing, not regular, over `limit` bytes."""

    def link_target(self, path: str) -> str:
        """Raw target of a symlink. Raises InputError where `path` is none."""


@dataclass(frozen=True, slots=True)
class IndexFile:
    """One file the index serves for a project. `size` in bytes, `uploaded` in UTC; None = not told."""

    filename: str
    url: str
    sha256: str | None
    size: int | None = None
    uploaded: dt.datetime | None = None
    yanked: str | None = None
    requires_python: str | None = None
    metadata_sha256: str | None = None
    has_metadata: bool = False


@dataclass(frozen=True)
class Project:
    """One project page of the policy's index. Files are keyed by file name."""

    name: NormalizedName
    index: str
    files: Mapping[str, IndexFile]


@dataclass(frozen=True)
class CoreMetadata:
    """What a distribution says of itself (PEP 643 fields that matter here)."""

    name: NormalizedName
    version: Version
    requires: tuple[Requirement, ...]
    provides_extra: frozenset[str] = frozenset()
    requires_python: str | None = None


class Index(Protocol):
    """The policy's package indexes, asked over the simple API."""

    def projects(self, names: Iterable[NormalizedName]) -> Mapping[NormalizedName, Project | Unanswered]:
        """Every name asked, answered or `Unanswered`. Unknown to the index: a Project without files."""

    def metadata(self, files: Iterable[IndexFile]) -> Mapping[str, CoreMetadata | Unanswered]:
        """Core metadata by file name, for each wheel asked (`.metadata`, else from the checked wheel)."""


@dataclass(frozen=True)
class LockRequest:
    """What to resolve. `requirements` are re-serialised by `packaging`, never raw text of a repository."""

    requirements: tuple[Requirement, ...]
    python: str
    target: Target
    exclude_newer: dt.datetime | None
    source_builds: tuple[NormalizedName, ...] = ()
    timeout_seconds: float = 120.0


class Conflict(Exception):
    """The requirements cannot be met together: the resolver's explanation and the declared names."""

    def __init__(self, explanation: str, clashing: tuple[NormalizedName, ...]) -> None:
        """Keep the parts apart: the terminal shows both."""
        super().__init__(explanation)
        self.explanation = explanation
        self.clashing = clashing


class Resolver(Protocol):
    """Resolves declarations to a PEP 751 lock."""

    def lock(self, request: LockRequest) -> str:
        """Text of the lock, with hashes and edges. Raises Conflict or Unanswered."""


class Wheels(Protocol):
    """The content of locked wheels, fetched by their hashes."""

    def modules(self, files: Iterable[LockedFile]) -> Mapping[str, tuple[str, ...]]:
        """Importable modules by file name, dotted below a shared namespace. What cannot be had is missing."""


class Scanner(Protocol):
    """An advisory engine."""

    @property
    def name(self) -> str:
        """Name in the policy's `require` list and in the verdict."""

    @property
    def database(self) -> str:
        """What the last scan was over (source, date, digest), for the verdict."""

    def scan(self, pins: frozenset[Pin]) -> ScanReport:
        """Advisories for every pin, asked once. Raises Unanswered when nothing was answered.

        Without pins nobody is asked; the report says which engine and version would have been.
        """


#: Where every image keeps Proctor's own runners (`import_modules.py`, `check_scripts.py`, `run_tests.py`).
RUNNERS = PurePosixPath("/opt/proctor")


@dataclass(frozen=True)
class ImageOrder:
    """What to put in an image. `wheels` are verified lock files, `files` the skill's own (path → content).

    `files` keys are relative to the skill's folder; the value is (content, executable). `sources` are source
    archives that the policy allows to be built, in a box of their own with the `wheels` as tools. `shared`:
    other skills' images have the same packages, so they are worth a layer, however small they are.
    """

    skill: str
    python: str
    base: str
    wheels: tuple[LockedFile, ...]
    files: Mapping[str, tuple[bytes, bool]]
    labels: Mapping[str, str]
    max_wheel_bytes: int
    max_unpacked_bytes: int
    sources: tuple[LockedFile, ...] = ()
    shared: bool = False


@dataclass(frozen=True)
class Image:
    """A built image. `top_level` maps each distribution to the modules a skill may import from it.

    `notes` say what a reviewer should know of its packages (what runs at every start of Python).
    """

    key: str
    image_id: str
    base: str
    cached: bool
    build_seconds: float
    top_level: Mapping[NormalizedName, tuple[str, ...]]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Phase:
    """One thing to run in the image: `argv` as uid 1000 in the skill's folder, `stdin` given to it.

    `needs_pytest` puts the separate read-only layer that holds pytest on the path. With `reports`, argv is
    one of Proctor's own runners (below `RUNNERS`): its stdout is a JSON report, `{"summary": str, "failures":
    [str], "broken": str}`, and no report means failed; without, stdout is output like any other.
    """

    name: PhaseName
    argv: tuple[str, ...]
    stdin: bytes = b""
    needs_pytest: bool = False
    reports: bool = False


class Sandbox(Protocol):
    """Builds images and runs skills in them, hardened and without network."""

    @property
    def version(self) -> str:
        """The engine's version for the verdict; "" when it does not answer. Never raises."""

    def prepare(self, order: ImageOrder) -> None:
        """Have at hand what `build` needs, as far as nothing runs and no image is made. Never raises.

        For while it is not known yet whether the skill may be built: what goes wrong here, `build` tells.
        """

    def build(self, order: ImageOrder) -> Image:
        """Build or reuse. Raises Unanswered (no engine, no wheel), InputError (the skill is at fault)."""

    def run(self, image: Image, phases: Sequence[Phase], limits: Limits) -> tuple[PhaseEvidence, ...]:
        """Evidence for each phase, in order. Raises Unanswered when the engine fails before any was seen.

        Should it fail later, what was seen stands, and the other phases are `broken`.
        """

    def at_once(self, limits: Limits) -> int:
        """How many skills under these limits may be built and run side by side. Never raises."""


class Store(Protocol):
    """Remembers what was found out, by what it was made of. What it does not know is found out again."""

    def get(self, kind: str, key: object) -> object | None:
        """The JSON value that was put under this kind and key; None where there is none. Never raises."""

    def put(self, kind: str, key: object, value: object) -> None:
        """Keep a JSON value, or do not: nothing may rest on it. Never raises."""


class Progress(Protocol):
    """Told what is going on. A terminal draws it; elsewhere it is a plain line or nothing."""

    def step(self, stage: str, detail: str = "") -> None:
        """A stage (`locking`, `downloading`, `scanning`, `building`, `running`) begins or moves on."""


class Clock(Protocol):
    """Told which stage of a run is under way."""

    def stage(self, name: Stage) -> AbstractContextManager[None]:
        """What happens inside belongs to this stage, but for stages within it."""

    def waiting(self) -> AbstractContextManager[None]:
        """What happens inside is waiting for others: it belongs to no stage."""

    def profile(self) -> Profile | None:
        """What was spent until now; None where nobody asked."""


class Untimed:
    """The clock of a run that nobody times."""

    def stage(self, name: Stage) -> AbstractContextManager[None]:
        """Nothing is kept."""
        del name
        return nullcontext()

    def waiting(self) -> AbstractContextManager[None]:
        """Nothing is kept."""
        return nullcontext()

    def profile(self) -> Profile | None:
        """There is none."""
        return None


UNTIMED = Untimed()


@dataclass(frozen=True)
class Tools:
    """The outside world of one run.

    None (or no scanner) = switched off by a flag or the policy; `off` maps `index`, `scan` or `sandbox` to
    the reason in words, which the checks repeat in their `skipped` outcomes. `absent` maps an advisory engine
    that the policy names and nobody can ask to the reason.
    """

    head: Tree
    progress: Progress
    index: Index | None = None
    resolver: Resolver | None = None
    scanners: tuple[Scanner, ...] = ()
    sandbox: Sandbox | None = None
    wheels: Wheels | None = None
    off: Mapping[str, str] = field(default_factory=dict)
    absent: Mapping[str, str] = field(default_factory=dict)
