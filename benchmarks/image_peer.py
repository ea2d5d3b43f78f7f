"""The peers of a skill's image: `RUN pip install` of the same distributions, from an index or from wheels."""

from __future__ import annotations

import ensurepip
import json
import os
import re
import shutil
import ssl
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from docker.errors import APIError
from packaging.utils import parse_wheel_filename

from benchmarks.image_setting import SKILL, Setting
from checker.engines.wheels import WheelStore
from checker.tools import ImageOrder

#: Where pip gets its wheels from, as lines of a Dockerfile.
FROM_INDEX = ("RUN python -m pip install",)
FROM_CONTEXT = ("COPY wheels /wheels", "RUN python -m pip install --no-index --find-links /wheels")
_BASE = "proctor-benchmark:base"
_RUNNING = re.compile(r"Running in ([0-9a-f]{12,})")
_NUMBERS = count()


@dataclass(frozen=True)
class Peer:
    """A build context with wheels and skill, below it our own base with pip in its environment."""

    setting: Setting
    context: Path

    def build(self, lines: Sequence[str], network: str) -> None:
        """What a skill's author would write, built; its image stays until everything was measured."""
        *before, run = lines
        pins = " ".join(_pins(self.setting.order))
        _dockerfile(self.context, f"FROM {_BASE}", *before, f"{run} {pins}", "COPY skill /skill")
        _build(self.setting, self.context, f"proctor-benchmark:pip-{next(_NUMBERS)}", network)


@contextmanager
def peer(setting: Setting) -> Iterator[Peer]:
    """Our own base with pip, and what is to be installed on it."""
    bare = setting.sandbox.build(replace(setting.order, wheels=(), files={}, skill="benchmark/base"))
    setting.afterwards.callback(setting.remove, bare.image_id)
    with tempfile.TemporaryDirectory() as folder:
        context = Path(folder)
        _lay_out(setting, context)
        _base(setting, context, bare.image_id)
        yield Peer(setting, context)


def _lay_out(setting: Setting, context: Path) -> None:
    paths = WheelStore(setting.cache / "wheels", None).fetch(setting.order.wheels, max_bytes=1 << 30)
    (context / "wheels").mkdir()
    for path in paths.values():
        shutil.copy(path, context / "wheels" / path.name)
    shutil.copytree(setting.place / SKILL, context / "skill")


def _base(setting: Setting, context: Path, bare: str) -> None:
    pip = next((Path(ensurepip.__file__).parent / "_bundled").glob("pip-*.whl"))
    shutil.copy(pip, context / pip.name)
    install = f"RUN python /{pip.name}/pip install --no-index --find-links / pip"
    lines = (f"FROM {bare}", "USER 0", f"COPY {pip.name} /{pip.name}", install, *_reach(context))
    _dockerfile(context, *lines)
    _build(setting, context, _BASE, "none")
    (context / pip.name).unlink()


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
    """`docker build`, without cache; its containers and its image stay. SystemExit with its last words."""
    output = setting.api.build(
        path=str(context), tag=tag, nocache=True, rm=False, network_mode=network, decode=True
    )
    said = "".join(line.get("stream", "") + line.get("error", "") for line in output)
    setting.afterwards.callback(_remove, setting, tag, _RUNNING.findall(said))
    if not setting.api.images(name=tag):
        raise SystemExit(f"docker build: {said[-400:]}")


def _remove(setting: Setting, tag: str, containers: Sequence[str]) -> None:
    for container in containers:
        with suppress(APIError):  # it may be gone
            setting.api.remove_container(container, force=True)
    with suppress(APIError):  # a build that failed has none
        setting.remove(tag)
