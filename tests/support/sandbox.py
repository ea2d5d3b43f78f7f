"""For tests of the sandbox: wheels in a folder, hostile wheels, orders for images, limits."""

from __future__ import annotations

import hashlib
import sys
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from checker.errors import Unanswered
from checker.model.lock import LockedFile
from checker.model.policy import Limits
from checker.tools import ImageOrder
from tests.support.wheels import Built

PYTHON = f"{sys.version_info[0]}.{sys.version_info[1]}"
LIMITS = Limits(memory_mb=256, cpus=1, pids=64, wall_seconds=20, output_kb=256, tmp_mb=16)


class FolderWheels:
    """Satisfies `Wheels` from a folder that the test fills."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.fetched = 0

    def add(self, built: Built) -> LockedFile:
        (self.folder / built.filename).write_bytes(built.data)
        return LockedFile(filename=built.filename, sha256=built.sha256, size=len(built.data))

    def fetch(self, files: Sequence[LockedFile], *, max_bytes: int) -> Mapping[str, Path]:
        self.fetched += 1
        paths = {str(file.sha256): self.folder / file.filename for file in files}
        if sum(path.stat().st_size for path in paths.values()) > max_bytes:
            raise Unanswered("wheel store", "too large")
        return paths


def image_order(
    files: Mapping[str, str],
    wheels: Iterable[LockedFile] = (),
    *,
    skill: str = "skills/x",
    base: str = "host",
) -> ImageOrder:
    """An order for the Python that runs the tests; `files` is path → text."""
    return ImageOrder(
        skill=skill,
        python=PYTHON,
        base=base,
        wheels=tuple(wheels),
        files={path: (text.encode(), False) for path, text in files.items()},
        labels={},
        max_wheel_bytes=1 << 24,
        max_unpacked_bytes=1 << 26,
    )


def zipped(path: Path, members: Iterable[tuple[zipfile.ZipInfo | str, bytes]]) -> Path:
    """A zip with these members, whatever they are called, and a RECORD so that it looks like a wheel."""
    info = "-".join(path.name.split("-")[:2])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in members:
            archive.writestr(member, data)
        archive.writestr(f"{info}.dist-info/RECORD", b"")
    return path


def declare_size(wheel: Path, member: str, size: int) -> None:
    """Make the central directory claim that `member` unpacks to `size` bytes."""
    data = bytearray(wheel.read_bytes())
    at = data.rfind(member.encode()) - 46  # the name follows the 46 bytes of its directory entry
    assert data[at : at + 4] == b"PK\x01\x02"
    data[at + 24 : at + 28] = size.to_bytes(4, "little")
    wheel.write_bytes(data)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
