"""Wheels built from source archives, in the same box as skills: no network, no privileges, limits.

The build environment is made of the lock's own wheels, so that what builds is locked, checked and approved
like what runs. The wheel that comes out is hashed, kept, and judged like one of an index when it is used.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    NormalizedName,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import Version
from pydantic import ValidationError

from checker.engines.sandbox.box import runtimes
from checker.engines.sandbox.box.canaries import Canaries
from checker.engines.sandbox.box.execution import Ended, execute
from checker.engines.sandbox.box.keeper import keeper
from checker.engines.sandbox.box.observe import Counters, Observer
from checker.engines.sandbox.images.build import ENV, Builder
from checker.engines.sandbox.images.laying_out import Wheels
from checker.engines.sandbox.images.sdist import Source, read_sdist
from checker.engines.sandbox.images.wheel_contents import bad
from checker.engines.sandbox.state import State, digest_of
from checker.errors import Unanswered
from checker.escape import decode, shortened, visible
from checker.model.lock import LockedFile
from checker.model.policy import Limits, Runtime
from checker.rules.lock.target_env import environment, holds
from checker.tools import RUNNERS, ImageOrder

KIND = "built"
#: A wheel's whole name. What built it chose it, and a part such as `py3-none-any/../x` counts as tags.
_NAME = re.compile(r"[A-Za-z0-9_.+!-]{1,200}\.whl")
LIMITS = Limits(memory_mb=1024, cpus=2, pids=256, wall_seconds=300, output_kb=65_536, tmp_mb=512)
_SAID = 600


@dataclass(frozen=True)
class BuiltToo:
    """Satisfies `Wheels`: what was built here, and `others` for the rest."""

    state: State
    others: Wheels

    def fetch(self, files: Sequence[LockedFile], *, max_bytes: int) -> Mapping[str, Path]:
        """As `others`; a built wheel is hashed again, and counts as missing when it was altered."""
        built = {str(file.sha256): found for file in files if (found := self.built(file))}
        missing = [file for file in files if file.sha256 not in built]
        left = max_bytes - sum(path.stat().st_size for path in built.values())
        return {**(self.others.fetch(missing, max_bytes=left) if missing else {}), **built}

    def built(self, file: LockedFile) -> Path | None:
        """Where the wheel lies, if it was built here."""
        path = self.state.folder / KIND / str(file.sha256) / file.filename
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != file.sha256:
            return None
        with suppress(OSError):
            os.utime(path)
        return path


@dataclass(frozen=True)
class SourceBuilds:
    """Builds what an order has as source, with `builder`'s images."""

    builder: Builder
    wheels: BuiltToo
    runtime: Runtime

    def resolved(self, order: ImageOrder) -> ImageOrder:
        """The order with a wheel for each source. Raises InputError (an archive or its build), Unanswered."""
        plain = replace(order, sources=())
        if not order.sources:
            return plain
        paths = self.wheels.others.fetch(order.sources, max_bytes=order.max_wheel_bytes)
        built = tuple(self._one(plain, str(file.sha256), paths[str(file.sha256)]) for file in order.sources)
        return replace(plain, wheels=(*order.wheels, *built))

    def _one(self, order: ImageOrder, sha256: str, path: Path) -> LockedFile:
        tools = sorted(str(file.sha256) for file in order.wheels)
        key = digest_of(sha256, tools, order.python, order.base, order.max_unpacked_bytes)
        with suppress(ValidationError):  # a record of something else: built again
            known = LockedFile.model_validate(self.wheels.state.record(KIND, key) or {})
            if self.wheels.built(known):
                return known
        made = self._kept(path, *self._build(order, path))
        self.wheels.state.remember(KIND, key, made.model_dump(exclude_none=True))
        return made

    def _build(self, order: ImageOrder, path: Path) -> tuple[str, bytes]:
        """Name and bytes of the wheel."""
        source = read_sdist(path, order.max_unpacked_bytes)
        _require_tools(path, source, order)
        tree = replace(order, skill=f"build of {path.name}", files=source.files, labels={})
        image = self.builder.build(tree)
        task = {
            "backend": source.backend,
            "backend_path": source.backend_path,
            "timeout": LIMITS.wall_seconds,
        }
        with (
            keeper(self.builder.engine, image.image_id, LIMITS, 1, Canaries.new(), self.runtime) as box,
            closing(Observer(box.container, box.pid)) as observer,
        ):
            before = runtimes.seen(self.runtime, observer.start())
            ended = execute(
                self.builder.engine,
                box.container,
                ("python", "-I", "-S", str(RUNNERS / "build_wheel.py")),
                ENV,
                stdin=json.dumps(task).encode(),
                wall_seconds=LIMITS.wall_seconds,
                max_output=LIMITS.output_kb * 1024,
            )
            after = runtimes.seen(self.runtime, observer.read())
        _refuse_network(path, before, after)
        return _wheel(path, ended)

    def _kept(self, path: Path, name: str, data: bytes) -> LockedFile:
        """Put the wheel beside the layers. Raises InputError where it is not one of this distribution."""
        try:
            wanted, found = parse_sdist_filename(path.name), _distribution(name)
        except (InvalidSdistFilename, InvalidWheelFilename) as error:
            shown = visible(shortened(name, _SAID))
            raise bad(path, f"was built to something that is no wheel: {shown}") from error
        if wanted != found:
            raise bad(path, f"was built to a wheel of {found[0]} {found[1]}")
        made = LockedFile(filename=name, sha256=hashlib.sha256(data).hexdigest(), size=len(data))
        place = self.wheels.state.folder / KIND / str(made.sha256)
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{name}.part").write_bytes(data)
        (place / f"{name}.part").replace(place / name)
        return made


def _require_tools(path: Path, source: Source, order: ImageOrder) -> None:
    """Nothing is fetched for a build: what it needs has to be among the lock's own wheels."""
    have = dict(parse_wheel_filename(file.filename)[:2] for file in order.wheels)
    env = environment(order.python, "linux")
    for required in source.requires:
        version = have.get(canonicalize_name(required.name))
        if holds(required.marker, env) and (version is None or version not in required.specifier):
            raise bad(path, f"needs {required} to be built, which the lock does not hold: declare it")


def _distribution(name: str) -> tuple[NormalizedName, Version]:
    """What a wheel's file name says it is. Raises InvalidWheelFilename."""
    if not _NAME.fullmatch(name):
        raise InvalidWheelFilename("characters that no such name has, or too many")
    return parse_wheel_filename(name)[:2]


def _refuse_network(path: Path, before: Counters, after: Counters) -> None:
    """A build that wants a network is not one of what is locked, whether or not it gets by without.

    Raises InputError, and Unanswered where nobody could see whether it does.
    """
    if before.network_attempts is None or after.network_attempts is None:
        reason = f"whether the build of {visible(path.name)} wants a network cannot be seen on this engine"
        raise Unanswered("sandbox", f"{reason}: lock a wheel of it, or use one where it can")
    attempts = after.network_attempts - before.network_attempts
    if attempts > 0:
        raise bad(path, f"tried to reach a network while it was built ({attempts} times)")


def _wheel(path: Path, ended: Ended) -> tuple[str, bytes]:
    try:
        report = json.loads(bytes(ended.stdout))
        return str(report["wheel"]), base64.b64decode(report["data"], validate=True)
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error) as error:
        cut = {"wall": "took too long", "output": "said too much"}
        how = cut.get(ended.cut, f"exit code {ended.exit_code}")
        said = shortened(decode(bytes(ended.stderr)[-_SAID:]).strip(), _SAID)
        raise bad(path, f"cannot be built from source ({how}): {said}") from error
