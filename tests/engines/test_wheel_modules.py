"""Which modules a wheel offers: by what is in it."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest

from checker.engines.wheel_modules import WheelModules, modules_of
from checker.engines.wheels import WheelStore
from checker.model.lock import LockedFile

MEMBERS = {
    "a package": (["pkg/__init__.py", "pkg/inner/__init__.py", "pkg/x.py"], ("pkg",)),
    "a module and an extension": (["six.py", "fast.cpython-311-x86_64-linux-gnu.so"], ("fast", "six")),
    "a shared namespace": (
        ["google/cloud/storage/__init__.py", "google/cloud/storage/client.py", "google/api.py"],
        ("google.api", "google.cloud.storage"),
    ),
    "what an installer puts elsewhere": (
        ["x-1.data/purelib/pure.py", "x-1.data/scripts/run.py", "x-1.dist-info/RECORD.py"],
        ("pure",),
    ),
    "no modules": (["x-1.dist-info/METADATA", "a b.py", "data.json"], ()),
}


@pytest.mark.parametrize(("members", "modules"), MEMBERS.values(), ids=MEMBERS)
def test_modules_of_members(members, modules):
    assert modules_of(members) == modules


def stored(folder: Path, data: bytes) -> LockedFile:
    sha256, name = hashlib.sha256(data).hexdigest(), "x-1.0-py3-none-any.whl"
    (folder / sha256).mkdir(parents=True)
    (folder / sha256 / name).write_bytes(data)
    return LockedFile(filename=name, url="https://files.example/x", sha256=sha256)


def test_a_wheel_of_the_store_is_read(tmp_path):
    made = tmp_path / "made.whl"
    with zipfile.ZipFile(made, "w") as wheel:
        wheel.writestr("padding/__init__.py", "")
    file = stored(tmp_path / "store", made.read_bytes())
    modules = WheelModules(WheelStore(tmp_path / "store", None), 10_000)
    assert modules.modules([file]) == {"x-1.0-py3-none-any.whl": ("padding",)}


def test_what_is_no_archive_or_not_there_tells_nothing(tmp_path):
    file = stored(tmp_path, b"not a zip")
    assert WheelModules(WheelStore(tmp_path, None), 10_000).modules([file]) == {file.filename: ()}
    absent = file.model_copy(update={"sha256": "0" * 64})
    assert WheelModules(WheelStore(tmp_path, None), 10_000).modules([absent]) == {}
    assert WheelModules(WheelStore(tmp_path, None), 10_000).modules([]) == {}
