"""Deterministic image layers: the same members make the same bytes, whoever builds them and when.

Every member belongs to uid 0 and has time 0; parents come before children and names are sorted, so a layer's
digest depends on its content alone. Nothing runs while a layer is made.
"""

from __future__ import annotations

import hashlib
import tarfile
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

_CHUNK = 1024 * 1024
_BLOCK = tarfile.BLOCKSIZE
#: What parts are held against before they are used again: of the strong ones the fastest.
PART_HASH = "blake2b"
_END = b"\0" * (2 * _BLOCK)


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

    @property
    def is_folder(self) -> bool:
        """Whether it is a directory."""
        return self.data is None and self.source is None and self.link is None


@dataclass(frozen=True)
class Layer:
    """A layer tar: `pieces`, files and bytes in a row. `digest` is its sha256 in hex (the engine's diff id).

    Whoever makes one from what was kept need not read it for that: the engine checks the digest.
    """

    digest: str
    pieces: tuple[Path | bytes, ...]

    @property
    def diff_id(self) -> str:
        """The digest as image configurations write it."""
        return f"sha256:{self.digest}"

    @property
    def size(self) -> int:
        """Bytes of the tar. Raises OSError when a file is gone."""
        return sum(len(one) if isinstance(one, bytes) else one.stat().st_size for one in self.pieces)

    def chunks(self) -> Iterator[bytes]:
        """The tar, never much of it at a time. Raises OSError when a file is gone."""
        for piece in self.pieces:
            if isinstance(piece, bytes):
                yield piece
            else:
                yield from _read(piece)


@dataclass(frozen=True)
class Part:
    """Files of a layer that were written ahead: tar members without an end mark.

    `digest` is that of the bytes in hex by `PART_HASH`, `folders` are those that the files lie in.
    """

    digest: str
    path: Path
    folders: tuple[str, ...]


def write_layer(folder: Path, members: Iterable[Member]) -> Layer:
    """Write `members` as `<digest>.tar` into `folder`.

    A path given twice is a ValueError: which of the two would win must never be a matter of order.
    """
    with _hashed(folder) as sink:
        for member in _complete(members):
            _add(sink, member)
        sink.write(_END)
    return Layer(sink.digest, (sink.move(folder / f"{sink.digest}.tar"),))


def stacked(members: Iterable[Member], parts: Sequence[Part]) -> tuple[Path | bytes, ...]:
    """The pieces of a layer of `members` (few and small) and the files of `parts`. Nothing is written.

    Whoever gives parts sees to it that they share no path that differs.
    """
    head = _Bytes()
    folders = (Member(name, 0o755) for part in parts for name in part.folders)
    for member in _complete([*members, *folders]):
        _add(head, member)
    return (bytes(head.data), *(part.path for part in parts), _END)


def write_part(target: Path, members: Iterable[Member]) -> Part:
    """Write the files and links among `members` to `target`, for later layers."""
    complete = _complete(members)
    with _hashed(target.parent, PART_HASH) as sink:
        for member in complete:
            if not member.is_folder:
                _add(sink, member)
    folders = tuple(member.path for member in complete if member.is_folder)
    return Part(sink.digest, sink.move(target), folders)


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


def _complete(members: Iterable[Member]) -> list[Member]:
    """Members sorted by path, with the folders nobody named, so that parents precede their children."""
    known: dict[str, Member] = {}
    for member in members:
        if member.path in known and known[member.path] != member:
            raise ValueError(f"two members at {member.path}")
        known[member.path] = member
    for path in list(known):
        while (path := path.rpartition("/")[0]) and path not in known:
            known[path] = Member(path, 0o755)
    return [known[path] for path in sorted(known, key=lambda p: p.split("/"))]


def _add(sink: _Target, member: Member) -> None:
    info = tarfile.TarInfo(member.path)
    info.mode = member.mode
    if member.link is not None:
        info.type, info.linkname = tarfile.SYMTYPE, member.link
    elif member.data is not None:
        info.size = len(member.data)
    elif member.source is not None:
        info.size = member.source.stat().st_size
    else:
        info.type = tarfile.DIRTYPE
    sink.write(info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape"))
    _add_content(sink, member, info.size)


def _add_content(sink: _Target, member: Member, size: int) -> None:
    written = 0
    if member.data is not None:
        written = sink.write(member.data)
    elif member.source is not None:
        for chunk in _read(member.source):
            written += sink.write(chunk)
    if written != size:  # what follows would be read as something else
        raise OSError(f"{member.source or member.path} changed while it was copied")
    sink.write(b"\0" * (-size % _BLOCK))


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as content:
        while chunk := content.read(_CHUNK):
            yield chunk


class _Target(Protocol):
    def write(self, data: bytes, /) -> int: ...


class _Bytes:
    """What is small enough to be held: headers and folders."""

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: bytes) -> int:
        self.data += data
        return len(data)


class _Sink:
    """Writes through to a file and hashes on the way, so a layer is read only once."""

    def __init__(self, file: IO[bytes], path: Path, algorithm: str) -> None:
        self._file, self._path, self._hash = file, path, hashlib.new(algorithm)

    def write(self, data: bytes) -> int:
        self._hash.update(data)
        return self._file.write(data)

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()

    def move(self, target: Path) -> Path:
        """Give the whole file its name: who looks for it finds all of it or none."""
        return self._path.replace(target)


@contextmanager
def _hashed(folder: Path, algorithm: str = "sha256") -> Iterator[_Sink]:
    """A new file in `folder`, gone again when the block fails."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as file:
        path = Path(file.name)
        try:
            yield _Sink(file, path, algorithm)
        except BaseException:
            path.unlink()
            raise
