"""A skill's image: made from wheels that are at hand, beside `RUN pip install` of the same distributions.

All start from the same base layers, which the engine already has; the peers' base also has pip, from
`ensurepip`. The first peer is what people write: pip fetches the locked versions from the machine's index.
The second one gets its wheels with the build context (`--no-index --find-links`) and no network. Wheels are
*at hand* once some skill's image was made of them; *seen for the first time*, they are only downloaded.
"""

from __future__ import annotations

import datetime as dt
import ensurepip
import json
import os
import shutil
import ssl
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

from packaging.utils import parse_wheel_filename

from benchmarks.generate import POLICY
from benchmarks.measure import Row, Sample, in_turn, process, proctor, table, timed
from checker.cli.session import Session
from checker.cli.terms import Terms
from checker.engines.sandbox import DockerSandbox, Engine
from checker.engines.wheels import WheelStore
from checker.errors import ProctorError
from checker.rules.sandbox.order import image_order
from checker.tools import ImageOrder

SMALL = ("requests", "pyyaml")
LARGE = ("numpy", "pandas", "matplotlib")
SKILL = "skills/measured"
PYTHON = f"{sys.version_info[0]}.{sys.version_info[1]}"
AGAIN = 20


@dataclass(frozen=True)
class Setting:
    """One skill, locked, its wheels in the store and the base layer made."""

    place: Path
    cache: Path
    sandbox: DockerSandbox
    order: ImageOrder

    @property
    def api(self) -> Any:
        """The engine's own API."""
        return self.sandbox.engine.api


def rows(*, tiny: bool = False) -> list[Row]:
    """Both cases, or the small one once; a row that says so where there is no engine or no package index."""
    engine = Engine()
    version = engine.version()
    engine.close()
    if not version:
        return [Row("images", "not measured: no Docker engine answers")]
    try:
        if tiny:
            return _case("small", SMALL, runs=1)
        return [*_case("small", SMALL, runs=5), *_case("large", LARGE, runs=1)]
    except (ProctorError, SystemExit) as error:
        return [Row("images", f"not measured: {str(error)[:200]}")]


def _case(name: str, packages: Sequence[str], *, runs: int) -> list[Row]:
    words = f"{name} skill ({', '.join(packages)})"
    with _setting(packages) as setting, _pip_base(setting) as (context, base):
        archive, image_id = _archive(setting)
        found = in_turn(
            {
                "engine": lambda: _loaded(setting, archive, image_id),
                "at hand": lambda: _first(setting),
                "new wheels": lambda: _first(setting, "prepared"),
                "pip": lambda: _pip(setting, context, base, _FROM_INDEX, "host"),
                "pip without network": lambda: _pip(setting, context, base, _FROM_CONTEXT, "none"),
            },
            runs,
            before=os.sync,  # what one has left to be written must not slow down the next one
        )
        return [*_first_rows(name, words, found), *_later(setting, name)]


def _archive(setting: Setting) -> tuple[Path, str]:
    """A file of what the engine is sent for the skill's image, and the image's id."""
    place = setting.cache / "archive.tar"
    load = setting.sandbox.engine.load

    def kept(archive: Iterator[bytes]) -> None:
        with place.open("wb") as file:
            file.writelines(archive)
        load(_chunks(place))

    vars(setting.sandbox.engine)["load"] = kept
    image = setting.sandbox.build(setting.order)
    del vars(setting.sandbox.engine)["load"]
    _remove(setting, image.image_id)
    return place, image.image_id


def _loaded(setting: Setting, archive: Path, image_id: str) -> Callable[[], None]:
    """The engine alone, with everything ready for it."""
    setting.sandbox.engine.load(_chunks(archive))
    return lambda: _remove(setting, image_id)


def _chunks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as content:
        while chunk := content.read(1 << 20):
            yield chunk


def _first_rows(name: str, words: str, found: Mapping[str, Sample]) -> list[Row]:
    asked = 10 if name == "small" else 4
    pip = found["pip"].median
    ours = {kind: pip / found[kind].median for kind in ("at hand", "new wheels")}
    local = found["pip without network"].median / found["at hand"].median
    return [
        timed(f"image of a {words}, wheels at hand", found["at hand"], 0.5 if name == "small" else 5),
        timed("· its floor: the engine's own time to load what is sent", found["engine"]),
        timed("· the same, wheels seen for the first time", found["new wheels"]),
        timed("· its peer: `FROM base`, `RUN pip install`", found["pip"]),
        timed("· a peer with its wheels in the build context, no network", found["pip without network"]),
        Row(
            "· ratio, wheels at hand",
            f"1/{ours['at hand']:.1f}",
            "",
            f"≤ 1/{asked}",
            ours["at hand"] >= asked,
        ),
        Row("· ratio, wheels seen for the first time", f"1/{ours['new wheels']:.1f}"),
        Row("· ratio to the peer without network, wheels at hand", f"1/{local:.1f}"),
    ]


def _later(setting: Setting, name: str) -> list[Row]:
    """Building again: nothing changed, the skill alone changed."""
    setting.sandbox.build(setting.order)
    numbers = count()
    argv = (proctor(), "sandbox", "build", SKILL, "--offline", "--cache", str(setting.cache))
    path = ("--path", str(setting.place))
    same = in_turn({"call": lambda: setting.sandbox.build(setting.order)}, AGAIN)["call"]
    changed = in_turn({"call": lambda: _changed(setting, next(numbers))}, 5, before=os.sync)["call"]
    result = [
        timed(f"{name} skill again, unchanged: the call", same, 0.1),
        timed(f"{name} skill, a script of it changed: the call", changed, 0.5),
    ]
    if name == "small":
        whole = in_turn({"process": lambda: process(*argv, *path)}, 5)["process"]
        result.insert(1, timed("· the whole process, `proctor sandbox build`", whole))
    return result


def _first(setting: Setting, *forgotten: str) -> Callable[[], None]:
    """Build as for a skill that was never built; what removes the image. Forgetting is fast, and counts."""
    for kind in ("packages", *forgotten):
        shutil.rmtree(setting.cache / "sandbox" / kind, ignore_errors=True)
    image = setting.sandbox.build(setting.order)
    if image.cached:
        raise SystemExit("the image was there already: nothing was measured")
    return lambda: _remove(setting, image.image_id)


def _changed(setting: Setting, number: int) -> Callable[[], None]:
    files = {**setting.order.files, "scripts/run.py": (f"print('changed', {number})\n".encode(), False)}
    image = setting.sandbox.build(replace(setting.order, files=files))
    if image.cached:
        raise SystemExit("the changed skill was there already: nothing was measured")
    return lambda: _remove(setting, image.image_id)


#: Where pip gets its wheels from, as lines of a Dockerfile.
_FROM_INDEX = ("RUN python -m pip install",)
_FROM_CONTEXT = ("COPY wheels /wheels", "RUN python -m pip install --no-index --find-links /wheels")


def _pip(
    setting: Setting, context: Path, base: str, lines: Sequence[str], network: str
) -> Callable[[], None]:
    tag = "proctor-benchmark:pip"
    *before, run = lines
    _dockerfile(
        context, f"FROM {base}", *before, f"{run} {' '.join(_pins(setting.order))}", "COPY skill /skill"
    )
    _build(setting, context, tag, network)
    return lambda: _remove(setting, tag)


@contextmanager
def _setting(packages: Sequence[str]) -> Iterator[Setting]:
    """A repository with one skill, locked through the machine's index, its image built once and removed."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        place, cache = Path(folder, "repository"), Path(folder, "cache")
        _write_skill(place, packages)
        shared = ("--path", str(place), "--cache", str(cache))
        process(proctor(), "lock", *shared)
        process(proctor(), "sandbox", "build", SKILL, "--no-advisories", *shared)
        session = Session.open(stack, place, SKILL, Terms(dt.datetime.now(dt.UTC), cache, offline=True))
        order = image_order(session.examinee, session.wiring.policy, session.wiring.policy_tree)
        sandbox = stack.enter_context(DockerSandbox(WheelStore(cache / "wheels", None), cache / "sandbox"))
        setting = Setting(place, cache, sandbox, order)
        stack.callback(lambda: _remove(setting, sandbox.build(order).image_id))
        _remove(setting, sandbox.build(order).image_id)
        yield setting


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


@contextmanager
def _pip_base(setting: Setting) -> Iterator[tuple[Path, str]]:
    """A build context with wheels and skill, and the tag of our own base with pip in its environment."""
    bare = setting.sandbox.build(replace(setting.order, wheels=(), files={}, skill="benchmark/base"))
    tag = "proctor-benchmark:base"
    with tempfile.TemporaryDirectory() as folder:
        context = Path(folder)
        paths = WheelStore(setting.cache / "wheels", None).fetch(setting.order.wheels, max_bytes=1 << 30)
        for path in (*paths.values(), _pip_wheel()):
            (context / "wheels").mkdir(exist_ok=True)
            shutil.copy(path, context / "wheels" / path.name)
        shutil.copytree(setting.place / SKILL, context / "skill")
        pip = _pip_wheel().name
        _dockerfile(
            context,
            f"FROM {bare.image_id}",
            "USER 0",
            f"COPY wheels/{pip} /{pip}",
            f"RUN python /{pip}/pip install --no-index --find-links / pip",
            *_reach(context),
        )
        _build(setting, context, tag, "none")
        (context / "wheels" / pip).unlink()
        try:
            yield context, tag
        finally:
            _remove(setting, tag)
            _remove(setting, bare.image_id)


def _pip_wheel() -> Path:
    return next((Path(ensurepip.__file__).parent / "_bundled").glob("pip-*.whl"))


def _reach(context: Path) -> list[str]:
    """Lines that let pip in a build reach the index that this machine reaches: certificates, address."""
    lines = ["ENV PIP_DISABLE_PIP_VERSION_CHECK=1"]
    certificates = os.environ.get("SSL_CERT_FILE") or ssl.get_default_verify_paths().cafile
    if certificates and Path(certificates).is_file():
        shutil.copy(certificates, context / "certificates.pem")
        lines += ["COPY certificates.pem /certificates.pem", "ENV PIP_CERT=/certificates.pem"]
    passed = [name for name in _ADDRESS if name in os.environ]
    return lines + [f"ENV {name}={json.dumps(os.environ[name])}" for name in passed]


_ADDRESS = ("PIP_INDEX_URL", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")


def _pins(order: ImageOrder) -> list[str]:
    wheels = (parse_wheel_filename(wheel.filename) for wheel in order.wheels)
    return sorted(f"{name}=={version}" for name, version, _, _ in wheels)


def _dockerfile(context: Path, *lines: str) -> None:
    (context / "Dockerfile").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _build(setting: Setting, context: Path, tag: str, network: str) -> None:
    """`docker build`, without cache. SystemExit with its last words."""
    output = setting.api.build(
        path=str(context), tag=tag, nocache=True, rm=True, network_mode=network, decode=True
    )
    said = [line.get("stream", "") + line.get("error", "") for line in output]
    if not setting.api.images(name=tag):
        raise SystemExit(f"docker build: {''.join(said)[-400:]}")


def _remove(setting: Setting, image: str) -> None:
    setting.api.remove_image(image, force=True)


if __name__ == "__main__":
    print(table(rows()))
