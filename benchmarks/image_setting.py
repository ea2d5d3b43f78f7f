"""What images are measured with: a locked skill, its wheels at hand, and variants that no image was made of.

Nothing is removed from the engine while something is measured, neither images nor containers. A file system
without a journal (ext4 in many virtual machines) looks at every inode of the last minute's deletions when it
makes a file: that would be charged to whoever comes next, and more to small images than to large ones.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.generate import POLICY
from benchmarks.measure import process, proctor
from checker.cli.session import Session
from checker.cli.terms import Terms
from checker.engines.sandbox import DockerSandbox
from checker.engines.wheels import WheelStore
from checker.model.lock import LockedFile
from checker.rules.sandbox.order import ImageOrders
from checker.tools import ImageOrder

SKILL = "skills/measured"
PYTHON = f"{sys.version_info[0]}.{sys.version_info[1]}"
#: Seconds after which ext4 without a journal takes an inode as any other one again, and a little more.
_FORGOTTEN = 61.0


@dataclass(frozen=True)
class Setting:
    """One skill, locked, its wheels in the store and the base on the engine."""

    place: Path
    cache: Path
    sandbox: DockerSandbox
    order: ImageOrder
    #: What is to be done when everything was measured.
    afterwards: ExitStack

    @property
    def api(self) -> Any:
        """The engine's own API."""
        return self.sandbox.engine.api

    def remove(self, image: str) -> None:
        """Take an image from the engine, now."""
        self.api.remove_image(image, force=True)

    def settle(self) -> None:
        """Wait until nothing that was removed so far matters."""
        os.sync()
        time.sleep(_FORGOTTEN)

    def variants(self, count: int) -> list[ImageOrder]:
        """The skill with one more tiny distribution, another one each: no two have a layer in common."""
        return [self._variant(number) for number in range(count)]

    def _variant(self, number: int) -> ImageOrder:
        wheel = _tiny_wheel(self.cache / "wheels", number)
        order = replace(self.order, wheels=(*self.order.wheels, wheel))
        with DockerSandbox(WheelStore(self.cache / "wheels", None), self.cache / "sandbox") as another:
            another.prepare(order)  # without an image: the wheel is at hand, as the others are
        return order

    def archive(self, order: ImageOrder) -> Path:
        """A file of what the engine is sent for an order; the engine hears nothing of it yet."""
        place = Path(tempfile.mkstemp(".tar", dir=self.cache)[1])
        engine = vars(self.sandbox.engine)
        engine["load"] = partial(_kept, place)
        try:
            self.sandbox.build(order)
        except _Kept:
            self.afterwards.callback(self.remove, _tag(place))
            return place
        finally:
            del engine["load"]
        raise SystemExit("the image was there already: nothing was sent")


class _Kept(Exception):
    """Breaks off a build of which all that is sent was written down."""


def _kept(place: Path, archive: Iterator[bytes]) -> None:
    with place.open("wb") as file:
        file.writelines(archive)
    raise _Kept


def _tag(archive: Path) -> str:
    """What the engine will call the image."""
    with tarfile.open(archive) as members:
        manifest: Any = members.extractfile("manifest.json")
        return str(json.load(manifest)[0]["RepoTags"][0])


@contextmanager
def setting(packages: Sequence[str]) -> Iterator[Setting]:
    """A repository with one skill, locked through the machine's index, its image built once and removed."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        place, cache = Path(folder, "repository"), Path(folder, "cache")
        _write_skill(place, packages)
        shared = ("--path", str(place), "--cache", str(cache))
        process(proctor(), "lock", *shared)
        process(proctor(), "sandbox", "build", SKILL, "--no-advisories", *shared)
        session = Session.open(stack, place, SKILL, Terms(dt.datetime.now(dt.UTC), cache, offline=True))
        order = ImageOrders(session.wiring.policy, session.wiring.policy_tree).of(session.examinee)
        sandbox = stack.enter_context(DockerSandbox(WheelStore(cache / "wheels", None), cache / "sandbox"))
        made = Setting(place, cache, sandbox, order, stack.enter_context(ExitStack()))
        made.remove(sandbox.build(order).image_id)
        yield made


def _write_skill(place: Path, packages: Sequence[str]) -> None:
    entries = "".join(
        f"  - name: {name}\n    status: approved\n    min_maturity: intern\n    reason: benchmark\n"
        f"    approved_by: '@example'\n    approved_on: 2026-01-01\n"
        for name in packages
    )
    files = {
        "policies/maturity.yaml": POLICY,
        "policies/packages.yaml": f"version: 1\npackages:\n{entries}",
        f"{SKILL}/SKILL.md": "---\nname: measured\ndescription: Measured by a benchmark.\n---\n",
        f"{SKILL}/skill.yaml": f'version: 1\npython: "{PYTHON}"\npackages: [{", ".join(packages)}]\n',
        f"{SKILL}/scripts/run.py": "print(1)\n",
    }
    for name, text in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text, encoding="utf-8")


def _tiny_wheel(store: Path, number: int) -> LockedFile:
    """A wheel of one module, laid into the store."""
    name, info = f"measured_{number}", f"measured_{number}-1.dist-info"
    files = {
        f"{name}.py": f"NUMBER = {number}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": "",
    }
    filename = f"{name}-1-py3-none-any.whl"
    with tempfile.TemporaryDirectory(dir=store) as folder:
        made = Path(folder, filename)
        with zipfile.ZipFile(made, "w") as archive:
            for path, text in files.items():
                archive.writestr(path, text)
        sha256 = hashlib.sha256(made.read_bytes()).hexdigest()
        (store / sha256).mkdir()
        made.rename(store / sha256 / filename)
    return LockedFile(filename=filename, sha256=sha256)
