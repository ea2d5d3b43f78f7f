"""What stays after a run, and what cleaning never touches."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from checker.engines.sandbox import DockerSandbox, Engine, Keep, State, tidy
from checker.engines.sandbox.box.canaries import Canaries
from checker.engines.sandbox.box.keeper import keeper
from checker.engines.sandbox.sharing import alone, used
from checker.engines.store import FolderStore, files
from checker.tools import Image, Phase
from tests.support.sandbox import LIMITS, FolderWheels, image_order

DAY = 86_400.0
OTHERS: dict[str, object] = {"labels": {}, "top_level": {}, "notes": []}


def test_any_number_may_use_a_folder_and_one_alone_cleans_it(tmp_path: Path) -> None:
    with used(tmp_path), used(tmp_path), alone(tmp_path) as nobody:
        assert not nobody
    with alone(tmp_path) as nobody, alone(tmp_path) as second:
        assert (nobody, second) == (True, False)


def test_a_killed_user_holds_nothing(tmp_path: Path) -> None:
    program = (
        "import sys, time, pathlib\nfrom checker.engines.sandbox.sharing import used\n"
        "with used(pathlib.Path(sys.argv[1])):\n    print('held', flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with alone(tmp_path) as nobody:
            assert not nobody
        other.kill()
        other.wait()
    with alone(tmp_path) as nobody:
        assert nobody


class NoEngine(Engine):
    """An engine that has neither images nor containers."""

    class Api:
        def containers(self, **_: object) -> list[object]:
            return []

    @property
    def api(self):  # type: ignore[no-untyped-def]
        return self.Api()

    def image(self, reference: str) -> None:
        return None


def stored(state: State, kind: str, key: str, layers: dict[str, int], age: float) -> None:
    state.layers.mkdir(parents=True, exist_ok=True)
    for digest, size in layers.items():
        (state.layers / f"{digest}.tar").write_bytes(b"x" * size)
    state.remember(kind, key, {"layers": list(layers), "sizes": layers, "image_id": f"id-{key}", **OTHERS})
    at = time.time() - age
    os.utime(state.folder / kind / f"{key}.json", (at, at))


def left(state: State) -> tuple[list[str], list[str]]:
    records = [f"{one.kind}/{one.key}" for one in state.stored()]
    return records, sorted(path.name for path in state.layers.glob("*"))


@pytest.fixture
def state(tmp_path: Path) -> State:
    """A base of 100 bytes that three images share, each with 10 bytes of its own."""
    state = State(tmp_path / "state")
    stored(state, "base", "b", {"base": 100}, 3 * DAY)
    for name, days in (("new", 1), ("old", 2), ("oldest", 3)):
        stored(state, "images", name, {"base": 100, name: 10}, days * DAY)
    (state.layers / "half.part").write_bytes(b"x")
    (state.folder / "staging-x").mkdir()
    state.remember("chains", "c", {"image_id": "id-oldest"})
    state.remember("chains", "d", {"image_ids": ["gone", "id-new"]})
    return state


def test_under_the_limits_only_rubbish_goes(state: State) -> None:
    freed = tidy(NoEngine(), state, Keep())
    assert freed is not None
    assert (freed.layers, freed.bytes) == (0, 1)
    assert left(state)[1] == ["base.tar", "new.tar", "old.tar", "oldest.tar"]
    assert not (state.folder / "staging-x").exists()


def test_the_least_recently_used_goes_first_and_shared_layers_count_once(state: State) -> None:
    assert tidy(NoEngine(), state, Keep(max_bytes=120)) is not None
    assert left(state) == (["images/new", "images/old", "base/b"], ["base.tar", "new.tar", "old.tar"])
    assert [path.stem for path in state.folder.glob("chains/*")] == ["d"]


def test_what_is_old_goes_and_its_base_stays_with_who_needs_it(state: State) -> None:
    tidy(NoEngine(), state, Keep(max_age=1.5 * DAY))
    assert left(state) == (["images/new", "base/b"], ["base.tar", "new.tar"])
    tidy(NoEngine(), state, Keep(max_bytes=0, max_age=None))
    assert left(state) == ([], [])


def test_asking_for_a_record_is_use(state: State) -> None:
    state.record("images", "oldest")
    tidy(NoEngine(), state, Keep(max_bytes=110))
    assert left(state)[0] == ["images/oldest", "base/b"]


def test_nothing_is_taken_from_a_run_that_goes_on(state: State) -> None:
    with used(state.folder):
        assert tidy(NoEngine(), state, Keep(max_bytes=0)) is None
    assert len(left(state)[0]) == 4


def test_wheels_go_by_use_and_never_those_just_used(state: State, tmp_path: Path) -> None:
    for number, hours in enumerate((0, 2, 48)):
        path = tmp_path / "wheels" / f"sha{number}" / "x.whl"
        path.parent.mkdir(parents=True)
        path.write_bytes(b"x" * 10)
        os.utime(path, (time.time() - hours * 3600,) * 2)
    names = lambda: sorted(path.name for path in (tmp_path / "wheels").glob("*"))  # noqa: E731
    tidy(NoEngine(), state, Keep(None, DAY, tmp_path / "wheels"))
    assert names() == ["sha0", "sha1"]
    tidy(NoEngine(), state, Keep(0, None, tmp_path / "wheels"))
    assert names() == ["sha0"]


def test_records_of_evidence_go_by_size_and_use(state: State, tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "evidence")
    for days in (0, 2, 40):
        store.put("runs", days, "x" * 100)
        (path,) = (one for one in files(tmp_path / "evidence") if one.stat().st_mtime > time.time() - DAY / 2)
        os.utime(path, (time.time() - (days + 1) * DAY,) * 2)
    left = lambda: [store.get("runs", days) is not None for days in (0, 2, 40)]  # noqa: E731
    keep = Keep(records=(tmp_path / "evidence", tmp_path / "nowhere"))
    freed = tidy(NoEngine(), state, keep)
    assert freed is not None
    assert (freed.records, left()) == (1, [True, True, False])
    tidy(NoEngine(), state, replace(keep, max_bytes=200))
    assert sum(left()) == 1
    tidy(NoEngine(), state, replace(keep, max_bytes=0))
    assert not any(left())


def test_cleaning_records_never_follows_a_link(state: State, tmp_path: Path) -> None:
    other = tmp_path / "other/runs"
    other.mkdir(parents=True)
    (other / "mine.json").write_text("mine")
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence/runs").symlink_to(other)
    (tmp_path / "evidence/scans").mkdir()
    (tmp_path / "evidence/scans/x.json").symlink_to(other / "mine.json")
    (tmp_path / "linked").symlink_to(tmp_path / "other")
    tidy(NoEngine(), state, Keep(0, None, records=(tmp_path / "evidence", tmp_path / "linked")))
    assert (other / "mine.json").read_text() == "mine"


def test_what_was_prepared_of_wheels_goes_by_use_too(state: State) -> None:
    for key, days in (("a", 1), ("b", 2)):
        state.remember("prepared", key, {"digest": key})
        (state.folder / f"prepared/{key}.tar").write_bytes(b"x" * 60)
        os.utime(state.folder / f"prepared/{key}.json", (time.time() - days * DAY,) * 2)
    tidy(NoEngine(), state, Keep(max_bytes=110))
    assert sorted(path.name for path in state.folder.glob("prepared/*")) == ["a.json", "a.tar"]


def test_records_of_packages_go_with_what_was_prepared_of_them(state: State) -> None:
    """Those of small packages have no layer of their own, so nothing else would ever remove them."""
    for key, days in (("a", 1), ("b", 2)):
        stored(state, "prepared", key, {}, days * DAY)
        (state.folder / f"prepared/{key}.tar").write_bytes(b"x" * 60)
        state.remember("packages", key, {"layers": [], "sizes": {}, "parts": [key], **OTHERS})
    (state.folder / "packages/.killed.partial").write_bytes(b"x")
    names = lambda: sorted(path.name for path in state.folder.glob("packages/*"))  # noqa: E731
    tidy(NoEngine(), state, Keep(max_bytes=110))
    assert names() == ["a.json"]
    tidy(NoEngine(), state, Keep(0, None))
    assert names() == []


def test_every_kind_has_the_limit_for_itself(tmp_path: Path) -> None:
    """Two files of 60 bytes of each, or of 30 where two folders are one; docs/sandbox.md has all of them."""
    state, cache, now = State(tmp_path / "sandbox"), tmp_path, time.time()
    for name, days in (("a", 1), ("b", 2)):
        stored(state, "packages", name, {name: 60}, days * DAY)
        state.remember("prepared", name, {"digest": name})
        paths = [
            f"sandbox/prepared/{name}.tar",
            f"sandbox/built/{name}/{name}.whl",
            f"wheels/{name}/{name}.whl",
        ]
        for path in (*paths, f"evidence/runs/{name}.json", f"records/locks/{name}.json"):
            (cache / path).parent.mkdir(parents=True, exist_ok=True)
            (cache / path).write_bytes(b"x" * (30 if path.endswith(".json") else 60))
            os.utime(cache / path, (now - days * DAY + path.startswith("records"),) * 2)
        os.utime(state.folder / f"prepared/{name}.json", (now - days * DAY,) * 2)
    kinds = {
        "sandbox/layers/": "sandbox/layers/*.tar",
        "sandbox/prepared/": "sandbox/prepared/*.tar",
        "sandbox/built/": "sandbox/built/*/*.whl",
        "wheels/": "wheels/*/*.whl",
        "evidence/": "evidence/*/*.json",
        "records/": "records/*/*.json",
    }
    left = lambda: {kind: sorted(path.stem for path in cache.glob(kinds[kind])) for kind in kinds}  # noqa: E731
    keep = Keep(max_bytes=120, wheels=cache / "wheels", records=(cache / "evidence", cache / "records"))
    tidy(NoEngine(), state, keep)
    assert left() == {kind: ["a", "b"] for kind in kinds}
    tidy(NoEngine(), state, replace(keep, max_bytes=119))
    assert left() == {kind: ["a", "b"] if kind == "records/" else ["a"] for kind in kinds}
    page = (Path(__file__).parents[2] / "docs/sandbox.md").read_text(encoding="utf-8")
    rows = page[page.index("### What stays") : page.index("### Its flags")]
    assert set(re.findall(r"`((?:sandbox/)?[a-z]+/)`", rows)) == kinds.keys()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A state folder of a real engine, with nothing left of it there afterwards."""
    yield tmp_path / "real"
    engine = Engine()
    tidy(engine, State(tmp_path / "real"), Keep(0, None))
    engine.close()


def build(sandbox: DockerSandbox, text: str) -> Image:
    return sandbox.build(image_order({"a.py": f"# keeping\n{text}\n"}))


@pytest.mark.engine
def test_after_a_run_the_limit_holds_on_the_engine_too(folder: Path) -> None:
    with DockerSandbox(FolderWheels(folder), folder, keep=Keep()) as sandbox:
        first, second = build(sandbox, "print(1)"), build(sandbox, "print(2)")
        sizes = {d: size for one in State(folder).stored() for d, size in one.layers.items()}
        total = sum(sizes.values())
    with DockerSandbox(FolderWheels(folder), folder, keep=Keep(max_bytes=total - 1)) as sandbox:
        again = build(sandbox, "print(2)")
        assert again.cached
        (seen,) = sandbox.run(again, [Phase("run", ("python", "a.py"))], LIMITS)
        assert seen.output == "2\n"
    with DockerSandbox(FolderWheels(folder), folder) as sandbox:
        assert sandbox.engine.image(first.image_id) is None
        assert sandbox.engine.image(second.image_id) is not None
        assert build(sandbox, "print(2)").cached


@pytest.mark.engine
def test_an_image_that_took_our_name_is_left_alone(folder: Path) -> None:
    with DockerSandbox(FolderWheels(folder), folder) as sandbox:
        ours, theirs = build(sandbox, "print('ours')"), build(sandbox, "print('theirs')")
        sandbox.engine.api.tag(theirs.image_id, "proctor/skill", ours.key[:32])
        record = folder / f"images/{theirs.key}.json"
        record.unlink()
    engine = Engine()
    try:
        freed = tidy(engine, State(folder), Keep(0, None))
        assert freed is not None
        assert f"proctor/skill:{ours.key[:32]}" not in freed.images
        assert engine.image(theirs.image_id) is not None
    finally:
        for name in (f"proctor/skill:{ours.key[:32]}", f"proctor/skill:{theirs.key[:32]}", ours.image_id):
            if engine.image(name):
                engine.api.remove_image(name)
        engine.close()


@pytest.mark.engine
def test_the_container_of_a_killed_run_goes_with_the_next_one(folder: Path) -> None:
    """The process that started it is gone at once, as by SIGKILL; its keeper sleeps on."""
    program = (
        "import os, sys, pathlib, json\nfrom checker.engines.sandbox import DockerSandbox\n"
        "from checker.engines.sandbox.box.canaries import Canaries\n"
        "from checker.engines.sandbox.box.keeper import keeper\n"
        "from tests.support.sandbox import FolderWheels, LIMITS, image_order\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "sandbox = DockerSandbox(FolderWheels(folder), folder)\n"
        "image = sandbox.build(image_order({'a.py': 'killed = 1'}))\n"
        "with keeper(sandbox.engine, image.image_id, LIMITS, 1, Canaries.new()) as box:\n"
        "    print(box.container, flush=True)\n    os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(folder)], stdout=subprocess.PIPE, text=True, check=False
    )
    assert done.returncode == -9
    container = done.stdout.strip()
    with DockerSandbox(FolderWheels(folder), folder, keep=Keep()) as sandbox:
        assert container in [found["Id"] for found in sandbox.engine.api.containers()]
        build(sandbox, "print('next')")
        with keeper(
            sandbox.engine, build(sandbox, "print('next')").image_id, LIMITS, 1, Canaries.new()
        ) as running:
            assert tidy(sandbox.engine, State(folder), Keep(0)) is None
            assert running.pid
    engine = Engine()
    assert container not in [found["Id"] for found in engine.api.containers(all=True)]
    engine.close()


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("images", {"image_id": "x"}),
        ("images", {"image_id": "x", "layers": [], "labels": {}, "top_level": {}, "notes": []}),
        ("packages", {"layers": ["x"], "parts": "x", "top_level": {}, "notes": []}),
        ("base", {"layers": None}),
        ("prepared", {"digest": 3, "folders": []}),
    ],
)
def test_a_record_of_another_shape_is_none(tmp_path: Path, kind: str, value: dict[str, object]) -> None:
    state = State(tmp_path)
    state.remember(kind, "key", value)
    assert state.record(kind, "key") is None
