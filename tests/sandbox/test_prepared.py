"""A wheel is laid out once for all skills, and what is kept of it is not believed blindly."""

from __future__ import annotations

import hashlib
import io
import sys
import tarfile
from pathlib import Path

import pytest

from checker.engines.sandbox.images.layers import Layer, Part, stacked
from checker.engines.sandbox.images.packages import Interpreter, environment_members
from checker.engines.sandbox.images.prepared import KIND, Preparation
from checker.engines.sandbox.images.unpack import examine
from checker.engines.sandbox.state import State
from checker.errors import InputError
from tests.support.sandbox import sha256
from tests.support.wheels import Built, build_wheel

VERSION = f"{sys.version_info[0]}.{sys.version_info[1]}"
SITE = f"opt/skill_env/lib/python{VERSION}/site-packages"
PYTHON = Interpreter(VERSION, "/usr/bin/python3", Path(sys.executable))


@pytest.fixture
def preparation(tmp_path: Path) -> Preparation:
    return Preparation(State(tmp_path / "state"), PYTHON)


def parts(preparation: Preparation, folder: Path, *wheels: Built) -> list[Part]:
    folder.mkdir(exist_ok=True)
    for wheel in wheels:
        (folder / wheel.filename).write_bytes(wheel.data)
    contents = examine([folder / wheel.filename for wheel in wheels], VERSION, 1 << 20)
    return list(preparation.parts([(sha256(found.wheel), found) for found in contents]))


def names(found: list[Part]) -> set[str]:
    layer = Layer("", stacked(environment_members(PYTHON), found))
    with tarfile.open(fileobj=io.BytesIO(b"".join(layer.chunks()))) as tar:
        return set(tar.getnames())


def test_a_layer_holds_each_wheel_its_bytecode_and_the_interpreter(
    tmp_path: Path, preparation: Preparation
) -> None:
    wheels = (build_wheel("one", files={"one.py": b"1"}), build_wheel("two", files={"two/__init__.py": b"2"}))
    found = names(parts(preparation, tmp_path / "wheels", *wheels))
    tag = f"cpython-{VERSION.replace('.', '')}"
    assert {f"{SITE}/one.py", f"{SITE}/two/__init__.py", "opt/skill_env/pyvenv.cfg"} <= found
    assert {f"{SITE}/__pycache__/one.{tag}.pyc", f"{SITE}/two/__pycache__/__init__.{tag}.pyc"} <= found
    assert {"opt/skill_env/bin/python", "opt/skill_env/bin/python3"} <= found


def test_what_one_skill_prepared_serves_the_next(
    tmp_path: Path, preparation: Preparation, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = build_wheel("one", files={"one.py": b"1"})
    (first,) = parts(preparation, tmp_path / "wheels", wheel)
    monkeypatch.delattr("checker.engines.sandbox.images.prepared.write_part")
    assert parts(preparation, tmp_path / "elsewhere", wheel) == [first]


def test_what_was_altered_is_made_again(tmp_path: Path, preparation: Preparation) -> None:
    wheel = build_wheel("one", files={"one.py": b"1"})
    (first,) = parts(preparation, tmp_path / "wheels", wheel)
    first.path.write_bytes(first.path.read_bytes().replace(b"one", b"own"))
    (again,) = parts(preparation, tmp_path / "wheels", wheel)
    assert again == first
    assert hashlib.blake2b(again.path.read_bytes()).hexdigest() == first.digest


def test_parts_that_are_still_there_make_the_same_layer_unread(
    tmp_path: Path, preparation: Preparation
) -> None:
    wheels = [build_wheel(name, files={f"{name}.py": b"1"}) for name in ("one", "two")]
    made = parts(preparation, tmp_path / "wheels", *wheels)
    keys = [part.path.stem for part in made]
    assert preparation.kept(keys) == made
    made[1].path.unlink()
    assert preparation.kept(keys) is None


def test_another_python_gets_its_own(tmp_path: Path, preparation: Preparation) -> None:
    wheel = build_wheel("one", files={"one.py": b"1"})
    parts(preparation, tmp_path / "wheels", wheel)
    bare = Preparation(preparation.state, Interpreter(VERSION, "/usr/bin/python3", None))
    (found,) = parts(bare, tmp_path / "wheels", wheel)
    assert not any("__pycache__" in name for name in found.folders)
    assert len(list((preparation.state.folder / KIND).glob("*.tar"))) == 2


@pytest.mark.parametrize(
    "place", ["scripts/python3", "data/pyvenv.cfg", "data/bin/python", "purelib/_proctor_audit.py"]
)
def test_no_wheel_takes_the_interpreters_place(tmp_path: Path, preparation: Preparation, place: str) -> None:
    wheel = build_wheel("one", files={f"one-1.0.data/{place}": b"#!/bin/sh"})
    with pytest.raises(InputError, match="in the place of the environment's own"):
        parts(preparation, tmp_path / "wheels", wheel)
