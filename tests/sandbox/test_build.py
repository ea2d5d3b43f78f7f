"""What is made ready ahead of a build, with an engine that takes any image."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from checker.engines.sandbox.engine import Engine
from checker.engines.sandbox.images.bases import Base
from checker.engines.sandbox.images.build import Builder
from checker.engines.sandbox.images.laying_out import LayingOut
from checker.engines.sandbox.images.packages import Interpreter
from checker.engines.sandbox.state import State
from checker.tools import ImageOrder
from tests.support.sandbox import PYTHON, FolderWheels, image_order
from tests.support.wheels import build_wheel

BELOW = Base("a base", (), Interpreter(PYTHON, "/usr/bin/python3", None), "sha256:base")


class Taking(Engine):
    """Has the images of the archives that it was given; `modules` are the files of the last one's layers."""

    architecture = "amd64"

    def __init__(self) -> None:
        super().__init__()
        self.images: dict[str, dict[str, Any]] = {}
        self.files: dict[str, bytes] = {}

    def reach(self) -> None:
        """It is here."""

    def image(self, reference: str) -> dict[str, Any] | None:
        return self.images.get(reference)

    def load(self, archive: Iterator[bytes]) -> None:
        with tarfile.open(fileobj=io.BytesIO(b"".join(archive))) as tar:
            (about,) = json.loads(content(tar, "manifest.json"))
            layers = json.loads(content(tar, about["Config"]))["rootfs"]["diff_ids"]
            self.files = {}
            for name in about["Layers"]:
                with tarfile.open(fileobj=io.BytesIO(content(tar, name))) as layer:
                    self.files |= {one.name: content(layer, one.name) for one in layer if one.isfile()}
        for name in (about["Config"], *about["RepoTags"]):
            self.images[name] = {"Id": about["Config"], "RootFS": {"Layers": layers}}


def content(tar: tarfile.TarFile, name: str) -> bytes:
    file = tar.extractfile(name)
    assert file is not None
    return file.read()


@pytest.fixture
def wheels(tmp_path: Path) -> FolderWheels:
    return FolderWheels(tmp_path)


@pytest.fixture
def builder(wheels: FolderWheels, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Builder:
    monkeypatch.setattr(Builder, "below", lambda *_: BELOW)
    state = State(tmp_path / "state")
    return Builder(Taking(), LayingOut(wheels, state), state)


def order_of(wheels: FolderWheels, text: str = "") -> ImageOrder:
    wheel = wheels.add(build_wheel("ahead", modules={"ahead": "print('intact')\n"}))
    return image_order({"a.py": text}, [wheel])


def site(builder: Builder, name: str) -> bytes:
    assert isinstance(builder.engine, Taking)
    return builder.engine.files[f"opt/skill_env/lib/python{PYTHON}/site-packages/{name}"]


@pytest.mark.parametrize("how", ["forged", "gone"])
def test_what_was_made_ready_and_altered_since_is_laid_out_anew(
    builder: Builder, wheels: FolderWheels, tmp_path: Path, how: str
) -> None:
    """Whoever asks for advisories may wait for minutes: the files lie where others can reach them."""
    order = order_of(wheels)
    builder.prepare(order, builder.packages.fetched(order))
    for part in (tmp_path / "state/prepared").glob("*.tar"):
        if how == "forged":
            part.write_bytes(part.read_bytes().replace(b"'intact'", b"'forged'"))
        else:
            part.unlink()
    builder.build(order)
    assert site(builder, "ahead.py") == b"print('intact')\n"


def test_what_is_ready_is_not_lacking_for_another_skill_with_the_same_lock(
    builder: Builder, wheels: FolderWheels
) -> None:
    one, other = order_of(wheels, "1"), order_of(wheels, "2")
    assert builder.lacks_packages(one)
    builder.prepare(one, builder.packages.fetched(one))
    assert not builder.lacks_packages(other)
    builder.build(one)
    assert not builder.lacks_packages(other)
    builder.build(other)
    assert wheels.fetched == 1
