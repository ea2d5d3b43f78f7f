"""Evidence of the sandbox, reused: only for the very same thing, only while it is whole, good and young."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from packaging.utils import canonicalize_name

from checker.engines.reuse.boxes import IMAGES, RUNS, ReusedSandbox
from checker.engines.reuse.kept import Kept
from checker.engines.store import FolderStore
from checker.errors import InputError, Unanswered
from checker.model.evidence import NetworkRecord, PhaseEvidence, ReportedEvent
from checker.model.lock import LockedFile
from checker.model.policy import Limits
from checker.tools import Image, ImageOrder, Phase
from tests.reuse.conftest import BEGIN, Clock, files
from tests.support.sandbox import image_order

Runs = Callable[..., Kept]
LIMITS = Limits(memory_mb=256, cpus=1, pids=64, wall_seconds=20, output_kb=256, tmp_mb=16)
WHEEL = LockedFile(filename="demo-1.0-py3-none-any.whl", sha256="a" * 64, size=10)
ORDER = replace(image_order({"a.py": "pass"}, [WHEEL]), labels={"lock": "d"})
PHASES = (
    Phase("scripts", ("python", "check"), b"{}", reports=True),
    Phase("tests", ("python", "tests"), b"{}", needs_pytest=True, reports=True),
)
AROUND: dict[str, object] = {
    "proctor": "1.0",
    "programs": "digest of what lies inside",
    "seccomp": "digest of the profile",
    "runtime": "runc",
    "engine": {"version": "20.10", "kernel": "6.1"},
    "base": {"host": "3.11"},
    "pytest": {"pytest": "9.0"},
}


def good(phase: Phase) -> PhaseEvidence:
    return PhaseEvidence(
        phase=phase.name, status="passed", reason="2 ran", exit_code=0, wall_seconds=0.25, output="said\n",
        network_attempts=0, oom_kills=0, leftovers=(),
    )  # fmt: skip


@dataclass
class Box:
    """A sandbox that counts what it is asked to do. An image's key follows from its order."""

    around: Mapping[str, object] | None = field(default_factory=lambda: dict(AROUND))
    answer: Callable[[Phase], PhaseEvidence] = good
    top_level: tuple[str, ...] = ("demo",)
    image_id: str = "sha256:1"
    error: Exception | None = None
    built: int = 0
    ran: int = 0
    version: str = "20.10"

    def circumstances(self, order: ImageOrder) -> Mapping[str, object] | None:
        if self.error:
            raise self.error
        return self.around

    def prepare(self, order: ImageOrder) -> None:
        """Nothing is fetched."""

    def build(self, order: ImageOrder) -> Image:
        if self.error:
            raise self.error
        self.built += 1
        modules = {canonicalize_name("demo"): self.top_level}
        return Image(f"key of {order}", self.image_id, order.base, False, 3.5, modules, ("a note",))

    def at_once(self, limits: Limits) -> int:
        return 2

    def run(self, image: Image, phases: Sequence[Phase], limits: Limits) -> tuple[PhaseEvidence, ...]:
        if self.error:
            raise self.error
        self.ran += 1
        return tuple(self.answer(phase) for phase in phases)


def exam(
    box: Box,
    kept: Kept,
    order: ImageOrder = ORDER,
    phases: Sequence[Phase] = PHASES,
    limits: Limits = LIMITS,
) -> tuple[Image, tuple[PhaseEvidence, ...]]:
    """What a check does with one skill."""
    sandbox = ReusedSandbox(box, kept)
    image = sandbox.build(order)
    return image, sandbox.run(image, phases, limits)


def undated(seen: Sequence[PhaseEvidence]) -> list[PhaseEvidence]:
    return [one.model_copy(update={"reused": None}) for one in seen]


def test_the_second_time_neither_an_image_nor_a_container_is_made(run: Runs, clock: Clock) -> None:
    box = Box()
    image, first = exam(box, run())
    clock.pass_by(days=2)
    again, second = exam(box, run())
    assert (box.built, box.ran) == (1, 1)
    assert again == replace(image, cached=True, build_seconds=0.0)
    assert [one.reused for one in first] == [None, None]
    assert [one.reused for one in second] == [BEGIN, BEGIN]
    assert undated(second) == list(first)


CHANGED_ORDERS: dict[str, ImageOrder] = {
    "skill": replace(ORDER, skill="skills/y"),
    "python": replace(ORDER, python="3.99"),
    "base": replace(ORDER, base=f"image@sha256:{'b' * 64}"),
    "wheel": replace(ORDER, wheels=(WHEEL.model_copy(update={"sha256": "b" * 64}),)),
    "wheel-name": replace(ORDER, wheels=(WHEEL.model_copy(update={"filename": "demo-2.0-py3-none-any.whl"}),)),
    "one-byte": replace(ORDER, files={"a.py": (b"pasS", False)}),
    "file-name": replace(ORDER, files={"b.py": (b"pass", False)}),
    "executable": replace(ORDER, files={"a.py": (b"pass", True)}),
    "file-more": replace(ORDER, files={**ORDER.files, "b.py": (b"", False)}),
    "labels": replace(ORDER, labels={"lock": "e"}),
    "wheel-limit": replace(ORDER, max_wheel_bytes=1),
    "unpacked-limit": replace(ORDER, max_unpacked_bytes=1),
    "shared": replace(ORDER, shared=True),
}  # fmt: skip
FIRST, SECOND = PHASES
CHANGED_PHASES: dict[str, tuple[Phase, ...]] = {
    "argv": (replace(FIRST, argv=("python", "other")), SECOND),
    "stdin": (replace(FIRST, stdin=b"{ }"), SECOND),
    "pytest": (replace(FIRST, needs_pytest=True), SECOND),
    "reports": (replace(FIRST, reports=False), SECOND),
    "name": (replace(FIRST, name="import"), SECOND),
    "order": (SECOND, FIRST),
    "fewer": (FIRST,),
}
CHANGED_LIMITS: dict[str, object] = {
    "memory_mb": 512, "cpus": 2, "pids": 65, "wall_seconds": 21, "output_kb": 257, "tmp_mb": 17, "observe": "network"
}  # fmt: skip


def test_every_part_of_a_key_has_its_case() -> None:
    """A new field of an order, a phase or the limits needs one, too."""
    covered = {
        "skill",
        "python",
        "base",
        "wheels",
        "files",
        "labels",
        "max_wheel_bytes",
        "max_unpacked_bytes",
        "shared",
    }
    assert set(ImageOrder.__dataclass_fields__) == covered | {"sources"}  # with sources nothing is reused
    assert set(Phase.__dataclass_fields__) == {"name", "argv", "stdin", "needs_pytest", "reports"}
    assert set(Limits.model_fields) == set(CHANGED_LIMITS)


@pytest.mark.parametrize("part", CHANGED_ORDERS)
def test_another_order_is_run_anew(run: Runs, part: str) -> None:
    assert_anew(run, order=CHANGED_ORDERS[part])


@pytest.mark.parametrize("part", CHANGED_PHASES)
def test_other_phases_are_run_anew(run: Runs, part: str) -> None:
    assert_anew(run, phases=CHANGED_PHASES[part])


@pytest.mark.parametrize("part", CHANGED_LIMITS)
def test_other_limits_are_run_anew(run: Runs, part: str) -> None:
    assert_anew(run, limits=LIMITS.model_copy(update={part: CHANGED_LIMITS[part]}))


@pytest.mark.parametrize("part", AROUND)
def test_under_other_circumstances_it_is_run_anew(run: Runs, part: str) -> None:
    exam(Box(), run())
    box = Box(around={**AROUND, part: "another"})
    _, seen = exam(box, run())
    assert (box.ran, [one.reused for one in seen]) == (1, [None, None])


def test_another_version_of_proctor_runs_anew(run: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    box = Box()
    exam(box, run())
    monkeypatch.setattr("checker.engines.store.__version__", "0.0.0.other")
    exam(box, run())
    assert box.ran == 2


def assert_anew(run: Runs, **changed: Any) -> None:
    """One part of the key is another one: nothing is reused for it, and all of what is as before."""
    box = Box()
    exam(box, run())
    _, seen = exam(box, run(), **changed)
    assert (box.ran, any(one.reused for one in seen)) == (2, False)
    exam(box, run())
    exam(box, run(), **changed)
    assert box.ran == 2


NOT_KEPT: dict[str, dict[str, object]] = {
    "failed": {"status": "failed"},
    "broken": {"status": "broken", "reason": "the engine could not start it"},
    "not-applicable": {"status": "not_applicable"},
    "wall": {"status": "failed", "limit_exceeded": "wall"},
    "memory": {"status": "passed", "limit_exceeded": "memory"},
    "network": {"network_attempts": 1},
    "oom": {"oom_kills": 1},
    "leftovers": {"leftovers": ("sleep 60",)},
    "canary": {"canaries": ("AWS_SECRET (in its output)",)},
    "sink": {"network": (NetworkRecord(kind="dns", name="example.org"),)},
    "unrecorded": {"network_unrecorded": 1},
    "write": {"reported": (ReportedEvent(kind="write", what="/etc/x"),)},
    "escape": {"reported": (ReportedEvent(kind="escape", what="/proc/1"),)},
    "opened-canary": {"reported": (ReportedEvent(kind="canary", what="~/.aws"),)},
    "self-reported-network": {"reported": (ReportedEvent(kind="network", what="connect"),)},
    "failures": {"failures": ("a.py: no",)},
    "truncated": {"output_truncated": True},
    "network-unobserved": {"network_attempts": None},
    "oom-unobserved": {"oom_kills": None},
    "leftovers-unobserved": {"leftovers": None},
}


@pytest.mark.parametrize("case", NOT_KEPT)
def test_what_is_not_whole_and_good_is_seen_anew(run: Runs, folder: Path, case: str) -> None:
    def answer(phase: Phase) -> PhaseEvidence:
        return good(phase).model_copy(update=NOT_KEPT[case] if phase.name == "tests" else {})

    box = Box(answer=answer)
    first, second = exam(box, run())[1], exam(box, run())[1]
    assert (first, box.ran, files(folder)) == (second, 2, [])


def test_starting_a_process_is_nothing_to_complain_of(run: Runs) -> None:
    started = (ReportedEvent(kind="process", what="git", where="a.py:3"),)
    box = Box(answer=lambda phase: good(phase).model_copy(update={"reported": started}))
    exam(box, run())
    assert exam(box, run())[1][0].reported == started
    assert box.ran == 1


@pytest.mark.parametrize("error", [Unanswered("docker", "gone"), OSError("disk full")])
def test_a_run_without_an_answer_leaves_nothing(run: Runs, folder: Path, error: Exception) -> None:
    box = Box(error=error)
    with pytest.raises(type(error)):
        exam(box, run())
    assert files(folder) == []
    box.error = None
    exam(box, run())
    box.error = error
    with pytest.raises(type(error)):  # without its circumstances nothing is known to be the same
        exam(box, run())


def test_what_was_built_from_source_is_run_anew(run: Runs, folder: Path) -> None:
    box = Box(around=None)
    exam(box, run())
    exam(box, run())
    assert (box.built, box.ran, files(folder)) == (2, 2, [])


def test_evidence_has_an_age(run: Runs, clock: Clock) -> None:
    box = Box()
    exam(box, run())
    clock.pass_by(days=7, seconds=-1)
    exam(box, run())
    assert box.ran == 1
    clock.pass_by(seconds=1)
    assert not any(one.reused for one in exam(box, run())[1])
    assert box.ran == 2
    exam(box, run(max_age=dt.timedelta()))
    assert box.ran == 3


def test_evidence_of_the_future_is_none(run: Runs, clock: Clock) -> None:
    box = Box()
    exam(box, run())
    clock.pass_by(seconds=-1)
    exam(box, run())
    assert box.ran == 2


def test_fresh_runs_anew_and_later_runs_have_what_it_saw(run: Runs, clock: Clock) -> None:
    box = Box()
    exam(box, run())
    clock.pass_by(days=1)
    exam(box, run(reads=False))
    assert (box.built, box.ran) == (2, 2)
    assert exam(box, run())[1][0].reused == BEGIN + dt.timedelta(days=1)


def test_a_fork_reads_what_trusted_runs_kept_and_keeps_nothing(run: Runs, folder: Path) -> None:
    """Its evidence may be what it likes: a trusted run never has it."""
    hostile, trusted = Box(answer=lambda phase: good(phase).model_copy(update={"output": "lies"})), Box()
    exam(hostile, run(writes=False))
    assert files(folder) == []
    assert exam(trusted, run())[1][0].output == "said\n"
    assert exam(hostile, run(writes=False))[1][0].output == "said\n"
    assert (trusted.ran, hostile.ran) == (1, 1)


@pytest.mark.parametrize("kind", [IMAGES, RUNS])
@pytest.mark.parametrize("change", ["flipped", "cut", "empty", "of-another", "large"])
def test_a_poisoned_record_is_no_record(
    run: Runs, folder: Path, kind: str, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = Box()
    exam(box, run())
    exam(box, run(), order=CHANGED_ORDERS["skill"])
    one, other = files(folder / kind)
    data = one.read_bytes()
    if change == "large":
        monkeypatch.setattr("checker.engines.store._MAX_BYTES", 10)
    for path, second in ((one, other), (other, one)):
        poison = {
            "flipped": data.replace(b'"', b"'", 1), "cut": data[:-2], "empty": b"", "large": data,
            "of-another": second.read_bytes(),
        }  # fmt: skip
        path.write_bytes(poison[change])
    built, ran = box.built, box.ran
    _, seen = exam(box, run())
    assert box.built == built + 1
    if kind == RUNS or change == "large":
        assert (box.ran, [phase.reused for phase in seen]) == (ran + 1, [None, None])


@pytest.mark.parametrize(
    "value",
    [
        None, "evidence", [], {}, [None], [{"phase": "tests"}], [{"phase": "scripts", "status": "passed"}] * 2,
        [{"phase": "scripts", "status": "passed"}, {"phase": "tests", "status": "failed"}],
        [{"phase": "scripts", "status": "passed", "unknown": 1}],
    ],
)  # fmt: skip
def test_a_record_that_says_something_else_is_no_record(run: Runs, value: object) -> None:
    assert_survives(run, RUNS, value)


@pytest.mark.parametrize(
    "value", [None, "image", {}, {"key": 1, "image_id": "", "base": ""},
              {"key": "k", "image_id": "", "base": "", "top_level": [], "notes": []},
              {"key": "k", "image_id": "", "base": "", "top_level": {"a": "b"}, "notes": []},
              {"key": "k", "image_id": "", "base": "", "top_level": {"a": [1]}, "notes": None}]
)  # fmt: skip
def test_an_image_that_is_none_is_built(run: Runs, value: object) -> None:
    box = assert_survives(run, IMAGES, value)
    assert box.built == 2


def assert_survives(run: Runs, kind: str, value: object) -> Box:
    """Somebody who may write to the folder writes nonsense, with its proper digest."""
    box, kept = Box(), run()
    exam(box, kept)

    class Wrong(FolderStore):
        def get(self, asked: str, key: object) -> object | None:
            found = super().get(asked, key)
            return {"when": BEGIN.isoformat(), "value": value} if asked == kind and found else found

    assert isinstance(kept.store, FolderStore)
    _, seen = exam(box, replace(kept, store=Wrong(kept.store._folder)))
    assert [one.model_copy(update={"reused": None}) for one in seen] == [good(phase) for phase in PHASES]
    return box


@pytest.mark.parametrize("when", [None, 5, "yesterday", "2026-11-22T10:02:30", "2026-11-22T10:02:30+01:00"])
def test_a_record_without_a_date_is_no_record(run: Runs, when: object) -> None:
    box, kept = Box(), run()
    exam(box, kept)

    class Undated(FolderStore):
        def get(self, kind: str, key: object) -> object | None:
            found = super().get(kind, key)
            return {**found, "when": when} if isinstance(found, dict) else found

    assert isinstance(kept.store, FolderStore)
    exam(box, replace(kept, store=Undated(kept.store._folder)))
    assert box.ran == 2


def test_other_limits_build_the_image_that_was_only_remembered(run: Runs) -> None:
    box = Box()
    exam(box, run())
    wider = LIMITS.model_copy(update={"memory_mb": 512})
    exam(box, run(), limits=wider)
    assert (box.built, box.ran) == (2, 2)
    exam(box, run(), limits=wider)
    assert (box.built, box.ran) == (2, 2)


@pytest.mark.parametrize("changed", [{"top_level": ("other",)}, {"image_id": "sha256:2"}])
def test_an_image_that_is_not_as_remembered_is_not_run_as_if_it_were(run: Runs, changed: Any) -> None:
    exam(Box(), run())
    wider = LIMITS.model_copy(update={"memory_mb": 512})
    box = Box(**changed)
    with pytest.raises(Unanswered, match="--fresh"):
        exam(box, run(), limits=wider)
    assert box.ran == 0
    exam(box, run(), limits=wider)  # the next run knows the image
    assert box.ran == 1


@pytest.mark.parametrize(
    "error", [InputError("bad wheel", "demo.whl"), OSError("disk full"), Unanswered("x", "y")]
)
def test_an_image_that_cannot_be_built_after_all_is_unanswered(run: Runs, error: Exception) -> None:
    box = Box()
    exam(box, run())

    class Late(Box):
        def circumstances(self, order: ImageOrder) -> Mapping[str, object] | None:
            return AROUND

    with pytest.raises(Unanswered):
        exam(Late(error=error), run(), limits=LIMITS.model_copy(update={"memory_mb": 512}))


def test_skills_side_by_side_and_two_runs_at_once_get_their_own(run: Runs) -> None:
    """One sandbox for many threads, as a check may use it; a second run writes the same folder meanwhile."""
    boxes = [Box(), Box()]
    runs = [ReusedSandbox(box, run()) for box in boxes]

    def one(number: int) -> str:
        sandbox = runs[number % 2]
        image = sandbox.build(replace(ORDER, skill=f"skills/{number // 2}"))
        (seen, _) = sandbox.run(image, PHASES, LIMITS)
        return image.key if seen.status == "passed" else ""

    with ThreadPoolExecutor(8) as pool:
        first, second = list(pool.map(one, range(40))), list(pool.map(one, range(40)))
    assert first == second
    assert len(set(first)) == 20
    assert sum(box.ran for box in boxes) <= 40
    ran = [box.ran for box in boxes]
    assert list(map(one, range(40))) == first
    assert [box.ran for box in boxes] == ran


def test_the_version_is_the_engines_own(run: Runs) -> None:
    assert ReusedSandbox(Box(version="99"), run()).version == "99"


@pytest.mark.parametrize("place", ["file", "link", "nowhere"])
def test_a_folder_that_cannot_be_used_is_done_without(
    run: Runs, folder: Path, place: str, capfd: pytest.CaptureFixture[str]
) -> None:
    if place == "file":
        folder.write_text("not a folder")
    elif place == "link":
        (folder.parent / "elsewhere").mkdir()
        folder.symlink_to(folder.parent / "elsewhere")
    else:
        folder.symlink_to(folder.parent / "nowhere")
    box = Box()
    first, second = exam(box, run()), exam(box, run())
    assert (first, box.ran) == (second, 2)
    assert list(folder.parent.glob("elsewhere/*")) == []
    assert capfd.readouterr() == ("", "")
