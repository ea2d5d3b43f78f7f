"""Whatever changes from run to run: with evidence of earlier runs the answer is what it is without, but for times."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import canonicalize_name

from checker.checks import sandbox as sandbox_check
from checker.checks import vulnerabilities
from checker.engines.reuse.boxes import ReusedSandbox
from checker.engines.reuse.kept import Kept
from checker.engines.reuse.scanners import ReusedScanner
from checker.errors import Unanswered
from checker.model.advisory import Advisory, ScanReport
from checker.model.answers import Answers
from checker.model.evidence import PhaseEvidence
from checker.model.level import Level
from checker.model.lock import Pin
from checker.model.outcome import Status
from checker.model.plan import Exam, Examinee
from checker.model.policy import AdvisorySettings, Limits
from checker.model.severity import Severity
from checker.tools import Image, ImageOrder, Phase, Sandbox, Scanner, Tools
from tests.reuse.conftest import Clock, MemoryStore
from tests.sandbox.test_check import ID, FakeTree, Silence, skill_of
from tests.support import verdicts
from tests.support.examples import examples
from tests.support.scans import skill as locked_skill


@dataclass(frozen=True)
class World:
    """All that may change between two runs. Small ranges, so that runs meet again what was before."""

    text: int = 0
    memory: int = 256
    engine: int = 0
    tests: bool = True
    pins: tuple[str, ...] = ("a==1", "b==1")
    database: int = 0
    scanner: int = 0
    hours: int = 0
    trusted: bool = True
    fresh: bool = False


STEPS = st.lists(
    st.builds(
        World,
        text=st.integers(0, 4),
        memory=st.sampled_from([256, 512]),
        engine=st.integers(0, 1),
        tests=st.booleans(),
        pins=st.sets(st.sampled_from(["a==1", "a==2", "b==1", "c==1", "d==1"]), min_size=1).map(
            lambda names: tuple(sorted(names))
        ),
        database=st.integers(0, 1),
        scanner=st.integers(0, 1),
        hours=st.sampled_from([0, 1, 100]),
        trusted=st.booleans(),
        fresh=st.sampled_from([False, False, False, True]),
    ),
    min_size=2,
    max_size=8,
)


def chance(*parts: object) -> int:
    """A number that follows from `parts` alone."""
    return hashlib.sha256(json.dumps(parts, default=str).encode()).digest()[0]


@dataclass
class Box:
    """A sandbox whose every answer follows from what it is asked: good, bad or none at all."""

    world: World
    version: str = "1"
    bad: int = 60

    def circumstances(self, order: ImageOrder) -> Mapping[str, object]:
        return {"engine": self.world.engine}

    def prepare(self, order: ImageOrder) -> None:
        """Nothing is fetched."""

    def build(self, order: ImageOrder) -> Image:
        key = str(chance(sorted(order.files.items())))
        return Image(key, f"id {key}", order.base, False, 2.0, {canonicalize_name("demo"): ("demo",)}, ())

    def at_once(self, limits: Limits) -> int:
        return 2

    def run(self, image: Image, phases: Sequence[Phase], limits: Limits) -> tuple[PhaseEvidence, ...]:
        found = [self._phase(phase, image, limits) for phase in phases]
        if found[0] is None:
            raise Unanswered("docker", "gone")
        return tuple(one for one in found if one)

    def _phase(self, phase: Phase, image: Image, limits: Limits) -> PhaseEvidence | None:
        what = chance(image.key, phase, limits.memory_mb, self.world.engine)
        if what < 20:
            return None if phase.name == "scripts" else self._seen(phase, status="broken", reason="no pytest")
        return (
            self._seen(phase, status="failed")
            if what < self.bad
            else self._seen(phase, network_attempts=what % 2)
        )

    def _seen(self, phase: Phase, **more: Any) -> PhaseEvidence:
        quiet = {
            "status": "passed",
            "network_attempts": 0,
            "oom_kills": 0,
            "leftovers": (),
            "wall_seconds": 1.0,
            "tests_collected": 1 if phase.name == "tests" else None,
        }
        return PhaseEvidence.model_validate({"phase": phase.name, **quiet, **more})


@dataclass
class Engine:
    """A scanner whose answers follow from pin, database and version; some are none."""

    world: World
    name: str = "engine"
    database: str = "database"

    def scan(self, pins: frozenset[Pin]) -> ScanReport:
        found: dict[Pin, tuple[Advisory, ...]] = {}
        unanswered: dict[Pin, str] = {}
        for pin in sorted(pins):
            what = chance(pin, self.world.database, self.world.scanner)
            if what < 60:
                unanswered[pin] = "skipped"
            else:
                flaw = Advisory(id=f"F-{what}", severity=Severity.HIGH)
                found[pin] = (flaw,) if what < 150 else ()
        if pins and not found:
            raise Unanswered(self.name, f"answered for no distribution: {min(unanswered.values())}")
        return ScanReport(
            engine=self.name, version=str(self.world.scanner), found=found, unanswered=unanswered
        )


def examined(world: World, box: Sandbox, scanner: Scanner) -> tuple[Answers, Answers]:
    """What the two checks say."""
    files = {f"{ID}/SKILL.md": "# x", f"{ID}/a.py": f"x = {world.text}"}
    files |= {f"{ID}/test_a.py": ""} if world.tests else {}
    rules = verdicts.policy(
        verdicts.level_settings(
            limits=Limits(memory_mb=world.memory, cpus=1, pids=64, wall_seconds=20, output_kb=256, tmp_mb=16)
        ),
        advisories=AdvisorySettings.model_construct(source="online", max_age_days=30, require=("engine",)),
    )
    tools = Tools(head=FakeTree(files), progress=Silence(), sandbox=box, scanners=(scanner,))
    before = {(name, ID): verdicts.passed(name, ID) for name in sandbox_check.NEEDS}
    seen = sandbox_check.examine(_exam(rules, skill_of(files)), tools, before)
    return seen, vulnerabilities.examine(_exam(rules, locked_skill(*world.pins)), tools, {})


def _exam(rules: Any, skill: Any) -> Exam:
    return Exam(policy=rules, examinees=(Examinee(skill=skill, level=Level.INTERN),), now=verdicts.NOW)


def timeless(answers: Sequence[Answers]) -> list[Answers]:
    """Without dates, times, and whether something was there already."""
    return [
        one.model_copy(
            update={
                "outcomes": tuple(_timeless(outcome) for outcome in one.outcomes),
                "engines": tuple(engine.model_copy(update={"reused": None}) for engine in one.engines),
            }
        )
        for one in answers
    ]


def _timeless(outcome: Any) -> Any:
    if outcome.evidence is None:
        return outcome
    phases = tuple(phase.model_copy(update={"reused": None}) for phase in outcome.evidence.phases)
    same = {"phases": phases, "image_cached": False, "build_seconds": None}
    return outcome.model_copy(update={"evidence": outcome.evidence.model_copy(update=same)})


@examples(25)
@given(STEPS)
def test_reused_is_what_would_be_seen_anew(worlds: list[World]) -> None:
    store, clock = MemoryStore(), Clock()
    for world in worlds:
        clock.pass_by(hours=world.hours)
        kept = Kept(store, reads=not world.fresh, writes=world.trusted, clock=clock)
        before = dict(store.records)
        box = ReusedSandbox(Box(world), kept)
        source = [f"{clock():%Y-%m-%dT%H}", world.database]
        scanner = ReusedScanner(Engine(world), kept, lambda source=source: source)  # type: ignore[misc]
        reused = examined(world, box, scanner)
        assert timeless(reused) == timeless(examined(world, Box(world), Engine(world)))
        assert world.trusted or store.records == before
        assert not world.fresh or not _dates(reused)
        assert all(dt.timedelta() <= clock() - date < dt.timedelta(days=7) for date in _dates(reused))


def _dates(answers: Sequence[Answers]) -> list[dt.datetime]:
    phases = [p for one in answers for o in one.outcomes if o.evidence for p in o.evidence.phases]
    seen = [phase.reused for phase in phases if phase.reused]
    return seen + [engine.reused.since for one in answers for engine in one.engines if engine.reused]


def test_the_property_is_about_something() -> None:
    """A run of the same again is reused, with and without anything else in between."""
    store, clock, world = MemoryStore(), Clock(), World(pins=("a==1", "c==1", "d==1"))
    worlds = [replace(world, text=text) for text in (0, 1, 2, 3, 4, 0, 1, 2, 3, 4)]
    reused = 0
    statuses = set()
    for one in worlds:
        kept = Kept(store, clock=clock)
        answers = examined(one, ReusedSandbox(Box(one), kept), ReusedScanner(Engine(one), kept, lambda: "db"))
        reused += bool(_dates(answers[:1]))
        statuses.add(answers[0].outcomes[0].status)
    assert reused >= 1
    assert {Status.PASSED, Status.FAILED} <= statuses
