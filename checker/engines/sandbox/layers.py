"""Deterministic image layers: the same members make the same bytes, whoever builds them and when.

Every member belongs to uid 0 and has time 0; parents come before children and names are sorted, so a layer's
digest depends on its content alone. Nothing runs while a layer is made.
"""

from __future__ import annotations

import hashlib
import io
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

_CHUNK = 1024 * 1024


@dataclass(frozen=True)
class Member:
    """One entry of a layer, at `path` ("/" between parts, no leading one).

    Exactly one of `data` (content), `source` (a file to copy) and `link` (a symlink's target) is given; none
    of them means a directory.
    """

    path: str
    mode: int = 0o644
    data: bytes | None = None
    source: Path | None = None
    link: str | None = None


@dataclass(frozen=True)
class Layer:
    """A layer tar on disk. `digest` is the sha256 of its bytes in hex (the engine's diff id)."""

    digest: str
    path: Path

    @property
    def diff_id(self) -> str:
        """The digest as image configurations write it."""
        return f"sha256:{self.digest}"


def write_layer(folder: Path, members: Iterable[Member]) -> Layer:
    """Write `members` as `<digest>.tar` into `folder`, or keep the file that is there already.

    A path given twice is a ValueError: which of the two would win must never be a matter of order.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as file:
        part = Path(file.name)
        try:
            sink = _Hashing(file)
            _write_tar(sink, members)
        except BaseException:
            part.unlink()
            raise
    layer = Layer(sink.hexdigest(), folder / f"{sink.hexdigest()}.tar")
    part.replace(layer.path)
    return layer


def tree_members(root: Path, prefix: str) -> Iterator[Member]:
    """Every file, link and folder under `root` as members below `prefix`; only the x bit of modes is kept."""
    for path in sorted(root.rglob("*")):
        name = str(PurePosixPath(prefix) / path.relative_to(root).as_posix())
        if path.is_symlink():
            yield Member(name, 0o777, link=str(path.readlink()))
        elif path.is_dir():
            yield Member(name, 0o755)
        else:
            yield Member(name, 0o755 if path.stat().st_mode & 0o100 else 0o644, source=path)


def _write_tar(sink: _Hashing, members: Iterable[Member]) -> None:
    with tarfile.open(fileobj=sink, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        for member in _complete(members):
            _add(tar, member)


def _complete(members: Iterable[Member]) -> list[Member]:
    """Members sorted by path, with the folders nobody named, so that parents precede their children."""
    known: dict[str, Member] = {}
    for member in members:
        if member.path in known and known[member.path] != member:
            raise ValueError(f"two members at {member.path}")
        known[member.path] = member
    for path in list(known):
        for parent in PurePosixPath(path).parents:
            if str(parent) != ".":
                known.setdefault(str(parent), Member(str(parent), 0o755))
    return [known[path] for path in sorted(known, key=lambda p: p.split("/"))]


def _add(tar: tarfile.TarFile, member: Member) -> None:
    info = tarfile.TarInfo(member.path)
    info.mode = member.mode
    if member.link is not None:
        info.type, info.linkname = tarfile.SYMTYPE, member.link
        tar.addfile(info)
    elif member.data is not None:
        info.size = len(member.data)
        tar.addfile(info, io.BytesIO(member.data))
    elif member.source is not None:
        info.size = member.source.stat().st_size
        with member.source.open("rb") as content:
            tar.addfile(info, content)
    else:
        info.type = tarfile.DIRTYPE
        tar.addfile(info)


class _Hashing(io.RawIOBase):
    """Writes through to a file and hashes on the way, so a layer is read only once."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._hash = file, hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._hash.update(data)
        return self._file.write(data)

    def hexdigest(self) -> str:
        return self._hash.hexdigest()
