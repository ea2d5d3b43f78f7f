"""What evidence depends on besides the skill: whatever changes, the circumstances are others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from checker.engines.sandbox import DockerSandbox, Engine, State
from checker.engines.sandbox import circumstances as module
from checker.engines.sandbox.box.seccomp import profile
from checker.engines.sandbox.circumstances import Circumstances, programs
from checker.errors import Unanswered
from checker.model.lock import LockedFile
from tests.support.sandbox import PYTHON, FolderWheels, image_order

ORDER = image_order({"a.py": "pass"})
VERSION: dict[str, Any] = {
    "Version": "20.10",
    "KernelVersion": "6.1",
    "Components": [{"Name": "runc", "Version": "1.1"}],
    "BuildTime": "2026",
}
INFO: dict[str, Any] = {
    "Driver": "overlay2",
    "SecurityOptions": ["name=seccomp"],
    "CgroupVersion": "2",
    "CgroupDriver": "systemd",
    "DefaultRuntime": "runc",
    "Architecture": "x86_64",
    "Runtimes": {"runc": {"path": "same"}, "runsc": {"path": "same"}},
    "Containers": 3,
}


class Said(Engine):
    """An engine that says this of itself."""

    def __init__(self, version: dict[str, Any] = VERSION, info: dict[str, Any] = INFO) -> None:
        super().__init__()
        self.said = {"version": lambda: version, "info": lambda: info}

    @property
    def api(self):  # type: ignore[no-untyped-def]
        return type("Api", (), {name: staticmethod(say) for name, say in self.said.items()})


class Silent(Engine):
    @property
    def api(self):  # type: ignore[no-untyped-def]
        raise Unanswered("docker", "not reached")


@pytest.fixture(scope="module")
def around(tmp_path_factory) -> Callable[..., dict[str, object] | None]:
    """The circumstances by an engine, over one state folder: asking the host's Python costs a process."""
    state = State(tmp_path_factory.mktemp("state"))

    def of(
        engine: Engine | None = None, runtime: Any = "runc", order: Any = ORDER
    ) -> dict[str, object] | None:
        return Circumstances(engine or Said(), state, runtime).of(order)

    return of


def test_they_are_the_same_for_the_same(around) -> None:
    assert around() == around()
    busy = {**INFO, "Containers": 99}
    assert around(Said(info=busy)) == around()


@pytest.mark.parametrize(
    "engine",
    [
        Said(version={**VERSION, "Version": "29.0"}),
        Said(version={**VERSION, "KernelVersion": "6.2"}),
        Said(version={**VERSION, "Components": [{"Name": "runc", "Version": "1.2"}]}),
        *(Said(info={**INFO, name: "another"}) for name in INFO if name not in ("Runtimes", "Containers")),
        Said(info={**INFO, "Runtimes": {"runc": {"path": "/opt/crun"}}}),
    ],
)
def test_another_engine_is_another(around, engine) -> None:
    assert around(engine) != around()


def test_another_runtime_base_or_python_is_another(around) -> None:
    image = replace(ORDER, base=f"python@sha256:{'a' * 64}")
    assert len({str(one) for one in (around(), around(runtime="runsc"), around(order=image))}) == 3
    with pytest.raises(Unanswered):
        around(order=replace(ORDER, python="3.99"))


def test_another_profile_or_version_or_pytest_is_another(around, monkeypatch) -> None:
    before = around()
    with monkeypatch.context() as patch:
        patch.setattr(module, "profile", lambda: profile(packets=True))
        assert around() != before
    with monkeypatch.context() as patch:
        patch.setattr(module, "__version__", "0.0.0.other")
        assert around() != before
    with monkeypatch.context() as patch:
        patch.setattr(module.pytest_layer, "versions", lambda: {"pytest": "0"})
        assert around() != before
    assert around() == before


def test_a_changed_interpreter_is_another(around, monkeypatch) -> None:
    """The same path, another file: its size and time are looked at in every run."""
    before = around()
    monkeypatch.setattr("checker.engines.sandbox.images.host_python.stamp", lambda *_: "replaced")
    monkeypatch.setattr("checker.engines.sandbox.images.bases.stamp", lambda *_: "replaced")
    assert around() != before


def test_the_digest_covers_every_program(tmp_path, monkeypatch) -> None:
    """Those in the box and beside it too; one byte more is another digest."""
    real = Path(module.__file__).parent
    for path in real.rglob("*.py"):
        copy = tmp_path / path.relative_to(real)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    monkeypatch.setattr(module, "__file__", str(tmp_path / "circumstances.py"))
    plain = programs.__wrapped__
    before = plain()
    assert before == programs()
    for name in (
        "inside/run_tests.py",
        "inside/audit.py",
        "sidecar/sink.py",
        "box/seccomp.py",
        "images/build.py",
    ):
        kept = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(kept + b"\n")
        assert plain() != before, name
        (tmp_path / name).write_bytes(kept)


def test_what_is_not_known_before_it_is_built_has_none(around) -> None:
    source = LockedFile(filename="demo-1.0.tar.gz", sha256="a" * 64)
    assert around(order=replace(ORDER, sources=(source,))) is None
    assert around(order=replace(ORDER, wheels=(LockedFile(filename="demo-1.0-py3-none-any.whl"),))) is None


def test_without_an_engine_nothing_is_known(around) -> None:
    with pytest.raises(Unanswered):
        around(Silent())


@pytest.mark.engine
def test_a_real_engine_says_all_of_it(tmp_path) -> None:
    with DockerSandbox(FolderWheels(tmp_path), tmp_path / "state") as box:
        found = box.circumstances(ORDER)
        assert found is not None
        machine: Any = found["engine"]
        assert all(
            machine[name] for name in ("version", "kernel", "parts", "runtime", "Driver", "CgroupVersion")
        )
        assert found == box.circumstances(ORDER)
        assert PYTHON in str(found["base"])
