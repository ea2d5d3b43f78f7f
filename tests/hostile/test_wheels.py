"""Packages that do more than they should: refused before anything is unpacked, or noted. No engine is needed."""

from __future__ import annotations

import inspect
import socket
from pathlib import Path

import pytest

from checker.engines.sandbox.images.packages import ENVIRONMENT, Interpreter, wheel_members
from checker.engines.sandbox.images.unpack import examine
from checker.errors import InputError
from checker.model.lock import Lock, LockedDistribution, LockedFile
from checker.rules.lock.wheel_choice import choose
from tests.hostile.corpus import Case, cases
from tests.support.wheels import Built

_LIMIT = 64 << 20


@pytest.mark.parametrize("case", cases("wheels"), ids=lambda case: case.name)
def test_package(case: Case, tmp_path: Path) -> None:
    folder, staging = tmp_path / "wheels", tmp_path / "staging"
    folder.mkdir()
    staging.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as home:
        outcome, words = installed(made(case, folder, home.getsockname()[1]), staging)
        home.settimeout(0)
        with pytest.raises(BlockingIOError):
            home.accept()
    assert outcome == case.outcome, words
    assert [text for text in case.says if text not in words] == [], words
    below = str(ENVIRONMENT).strip("/").split("/")[0]
    assert {path.name for path in staging.iterdir()} <= {below}
    assert {path.name for path in tmp_path.iterdir()} == {"wheels", "staging"}


def made(case: Case, folder: Path, port: int) -> Path:
    make = case.module().make
    wanted = {"folder": folder, "port": port}
    built = make(**{name: wanted[name] for name in inspect.signature(make).parameters})
    if isinstance(built, Built):
        (folder / built.filename).write_bytes(built.data)
        return folder / built.filename
    return built


def installed(archive: Path, staging: Path) -> tuple[str, str]:
    """What comes of it, and the words for it, through choice, examination and installation."""
    if archive.suffix != ".whl":
        return "broken", "; ".join(choose(lock_of(archive), "3.11", "x86_64-manylinux_2_28").problems)
    try:
        contents = examine([archive], "3.11", _LIMIT)
        list(wheel_members(staging, contents[0], Interpreter("3.11", "/usr/bin/python3.11", None)))
    except InputError as error:
        return "refused", f"{error.file} {error.message}"
    return "noted" if contents[0].notes else "contained", " ".join(contents[0].notes)


def lock_of(sdist: Path) -> Lock:
    file = LockedFile(filename=sdist.name)
    distribution = LockedDistribution(name="evil", version=None, sdist=file, wheels=())
    return Lock(file="pylock.toml", target="linux", distributions=(distribution,))
