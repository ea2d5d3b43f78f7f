"""The engine dies, the disk fills up, Proctor is killed: no container is stuck, no other skill loses its verdict."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from checker.cli import main
from checker.engines.sandbox import Engine
from checker.engines.sandbox.box.owner import is_gone, owner
from tests.support.engine_proxy import EngineProxy, engine_proxy, no_fault, refusal
from tests.support.repos import ScratchRepo

pytestmark = [pytest.mark.engine, pytest.mark.slow]

#: Quick, slow and quick again, in this order.
SKILLS = {"a": "pass", "b": "import time; time.sleep(2)", "c": "pass"}
Check = Callable[[], dict[str, str]]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With the base layer in it, which is the same for all of these tests."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def _nothing_stays() -> Iterator[None]:
    yield
    engine = Engine()
    for container in containers():
        engine.api.remove_container(container, force=True)
    engine.close()


@pytest.fixture
def repo(tmp_path: Path) -> ScratchRepo:
    scratch = ScratchRepo(tmp_path / "repo")
    scratch.commit({"policies/maturity.yaml": "version: 1\nextends: default\n"})
    for name, body in SKILLS.items():
        scratch.commit(skill(name, body))
    return scratch


def skill(name: str, body: str) -> dict[str, str]:
    """One whose test does `body`; the folder's name makes it unlike any other run's."""
    return {
        f"skills/{name}/SKILL.md": f"---\nname: {name}\ndescription: Does {name}.\n---\n",
        f"skills/{name}/tests/test_it.py": f"# {time.time()}\ndef test_it():\n    {body}\n",
    }


@pytest.fixture
def check(
    repo: ScratchRepo, cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Check:
    """The decision on each skill, with the sandbox's reason."""

    def run(folder: Path = cache) -> dict[str, str]:
        with pytest.raises(SystemExit):
            main(arguments(repo, folder))
        out, err = capsys.readouterr()
        assert out, err
        return told(out)

    return run


def arguments(repo: ScratchRepo, cache: Path) -> list[str]:
    call = ["check", str(repo.path), "--offline", "--only", "sandbox", "--format", "json"]
    return [*call, "--now", "2026-11-22", "--cache", str(cache)]


def told(out: str) -> dict[str, str]:
    """Skill → status and reason of its sandbox outcome."""
    verdict = json.loads(out)
    outcomes = [o for skill in verdict["skills"] for o in skill["outcomes"] if o["check"] == "sandbox"]
    return {o["skill"].removeprefix("skills/"): f"{o['status']} {o['reason']}".strip() for o in outcomes}


@pytest.fixture
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine has room for one skill at a time, so that it is known which one a fault meets."""
    monkeypatch.setattr(Engine, "room", lambda self, cpus, memory_bytes: 1)


@pytest.fixture
def proxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[EngineProxy]:
    with engine_proxy(tmp_path) as between:
        monkeypatch.setenv("DOCKER_HOST", f"unix://{between.path}")
        yield between


def containers(label: str = "") -> list[str]:
    """Ids of the containers that are now, of this process or of the one that `label` names."""
    engine = Engine()
    try:
        filters = {"label": f"org.proctor.owner={label or owner()}"}
        return [found["Id"] for found in engine.api.containers(all=True, filters=filters)]
    finally:
        engine.close()


def on(nth: int, request: bytes, then: Callable[[], bytes | None]) -> Callable[[bytes], bytes | None]:
    """A fault that happens at the nth request of a kind."""
    seen = [0]

    def fault(data: bytes) -> bytes | None:
        seen[0] += request in data[:200].partition(b"\r\n")[0]
        return then() if seen[0] == nth and request in data[:200] else None

    return fault


@pytest.mark.usefixtures("one_by_one")
def test_an_engine_that_dies_and_comes_back(check: Check, proxy: EngineProxy) -> None:
    """Only the skill that ran at that moment is without an answer, and its container goes later."""

    def die() -> None:
        proxy.die()
        proxy.revive()

    proxy.fault = on(4, b"POST /v1.41/exec/", die)
    found = check()
    assert (found["a"], found["c"]) == ("passed", "passed")
    assert found["b"].startswith("broken tests: docker:")
    assert containers() == []


@pytest.mark.usefixtures("one_by_one")
def test_what_a_skill_did_before_the_engine_died_is_found(
    repo: ScratchRepo, cache: Path, proxy: EngineProxy, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its first phase gives a secret away; the second is never answered."""
    script = "import argparse, os\nprint(os.environ['DEPLOY_TOKEN'])\nargparse.ArgumentParser().parse_args()"
    repo.commit(skill("b", "pass") | {"skills/b/a.py": script})
    proxy.fault = on(2, b"POST /v1.41/exec/", proxy.die)
    with pytest.raises(SystemExit):
        main([*arguments(repo, cache), "--skill", "skills/b"])
    verdict = json.loads(capsys.readouterr().out)
    (judged,) = verdict["skills"]
    (outcome,) = [outcome for outcome in judged["outcomes"] if outcome["check"] == "sandbox"]
    assert outcome["status"] == "broken"
    assert [finding["rule"] for finding in outcome["findings"]] == ["canary-touched"]
    assert (judged["decision"], verdict["decision"]) == ("fail", "fail")
    proxy.fault = no_fault
    proxy.revive()


def test_an_engine_that_dies_takes_only_what_was_in_work(
    check: Check, proxy: EngineProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Engine, "room", lambda self, cpus, memory_bytes: 2)

    def die() -> None:
        proxy.die()
        proxy.revive()

    proxy.fault = on(3, b"POST /v1.41/exec/", die)
    answers = sorted(check().values())
    assert 1 <= sum(answer.startswith(("broken docker:", "broken tests: docker:")) for answer in answers) <= 2
    assert answers[-1] == "passed"
    assert containers() == []


@pytest.mark.usefixtures("one_by_one")
def test_an_engine_that_dies_for_good(check: Check, proxy: EngineProxy) -> None:
    proxy.fault = on(4, b"POST /v1.41/exec/", proxy.die)
    found = check()
    assert found["a"] == "passed"
    assert found["b"].startswith("broken tests: docker:")
    assert found["c"].startswith("broken docker:")
    proxy.fault = no_fault
    proxy.revive()
    assert len(containers()) == 1  # nobody could remove it: the next run's business, see below


@pytest.mark.usefixtures("one_by_one")
def test_an_engine_without_room_for_an_image(check: Check, proxy: EngineProxy) -> None:
    full = refusal("write /var/lib/docker/tmp/layer.tar: no space left on device")
    loads = [0]

    def fault(data: bytes) -> bytes | None:
        loads[0] += data.startswith(b"POST") and b"/images/load" in data[:200]
        # An image is sent without the layers the engine has, and as a whole should that be refused.
        return full if loads[0] in (3, 4) and b"/images/load" in data[:200] else None

    proxy.fault = fault
    found = check()
    broken, *others = sorted(found.values())
    assert others == ["passed", "passed"]
    assert broken.startswith("broken docker:")
    assert "no space left on device" in broken
    assert containers() == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 500 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=500m", "none", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("this user may not mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_disk_that_fills_up(check: Check, cache: Path, small_disk: Path, repo: ScratchRepo) -> None:
    """What is built already still runs; what is not is broken, and goes through once there is room again."""
    check()
    folder = shutil.copytree(cache, small_disk / "cache")
    repo.commit(skill("b", "pass"))
    with contextlib.suppress(OSError), (small_disk / "filler").open("wb", buffering=0) as filler:
        while filler.write(bytes(1 << 16)):
            pass
    found = check(folder)
    assert (found["a"], found["c"]) == ("passed", "passed")
    assert found["b"] == "broken this machine: No space left on device"
    (small_disk / "filler").unlink()
    assert set(check(folder).values()) == {"passed"}


def started(repo: ScratchRepo, cache: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Proctor in a process of its own, up to the moment when its slow skill runs."""
    command = [sys.executable, "-m", "checker", *arguments(repo, cache), "--skill", "skills/b"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        label = owner(process.pid)
        if label and containers(label):
            return process, label
        time.sleep(0.05)
    process.kill()
    process.wait()
    raise AssertionError("no container came up")


def test_proctor_killed_and_started_again(check: Check, repo: ScratchRepo, cache: Path) -> None:
    repo.commit(skill("b", "import time; time.sleep(30)"))
    process, label = started(repo, cache)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert is_gone(label)
    assert len(containers(label)) == 1
    repo.commit(skill("b", "pass"))
    assert set(check().values()) == {"passed"}
    assert containers(label) == containers() == []


@pytest.mark.parametrize("wait", [0, 0.3, 2])
def test_proctor_told_to_end(repo: ScratchRepo, cache: Path, wait: float) -> None:
    """Also while the container is only about to start."""
    repo.commit(skill("b", "import time; time.sleep(30)"))
    process, label = started(repo, cache)
    time.sleep(wait)
    process.terminate()
    assert process.wait(20) == 143
    assert containers(label) == []


def test_a_run_that_goes_on_is_left_alone(check: Check, repo: ScratchRepo, cache: Path) -> None:
    repo.commit(skill("b", "import time; time.sleep(50)"))
    process, label = started(repo, cache)
    try:
        repo.commit(skill("b", "pass"))
        assert set(check().values()) == {"passed"}
        assert not is_gone(label)
        assert len(containers(label)) == 1
    finally:
        process.terminate()
        process.wait(60)
