"""Our own store of wheels by sha256, so that nothing is ever installed from an installer's cache.

An entry is `<folder>/<sha256>/<filename>`. It is hashed again each time it is used: what somebody altered in
the store is thrown away and fetched anew. Several processes may share a store.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from checker.engines.http import Http
from checker.errors import InputError, Unanswered
from checker.escape import shortened, visible
from checker.model.lock import LockedFile
from checker.overlap import overlapped
from checker.tools import Progress

ENGINE = "wheel store"
_CHUNK = 1 << 20
_FILENAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+!-]{0,250}\.(whl|tar\.gz|zip)")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class WheelStore:
    """Fetches files by their hash, at most once. `http` None (offline) answers only from the store."""

    def __init__(
        self, folder: Path, http: Http | None, workers: int = 8, progress: Progress | None = None
    ) -> None:
        """`folder` is made when the first file is stored; `workers` files are fetched at once."""
        self._folder = folder
        self._progress = progress
        self._http = http
        self._workers = workers
        #: Threads that want the same file take turns: the second finds what the first fetched.
        self._turns: dict[str, threading.Lock] = {}

    def fetch(self, files: Sequence[LockedFile], *, max_bytes: int) -> Mapping[str, Path]:
        """Path in the store of each file, by sha256, its bytes checked just now.

        `max_bytes` is for all files together. Raises Unanswered (no answer, over the limit, offline and not
        here) and InputError (no usable name or hash, bytes that are not those of the lock; the error's `file`
        is the file's name).
        """
        wanted = {_sha256(file): file for file in files}
        budget = _Budget(max_bytes)

        def one(sha256: str) -> Path:
            with self._turns.setdefault(sha256, threading.Lock()):
                return self._one(wanted[sha256], sha256, budget)

        return dict(zip(wanted, overlapped(one, wanted, self._workers, "wheels"), strict=True))

    def _one(self, file: LockedFile, sha256: str, budget: _Budget) -> Path:
        path = self._folder / sha256 / file.filename
        if not _intact(path, sha256):
            self._download(file, sha256, path, budget)
        else:
            budget.spend(path.stat().st_size)
        size = path.stat().st_size
        if file.size is not None and size != file.size:
            raise InputError(f"has {size} bytes where {file.size} are expected", file.filename)
        return path

    def _download(self, file: LockedFile, sha256: str, path: Path, budget: _Budget) -> None:
        if self._http is None:
            raise Unanswered(ENGINE, f"{file.filename} is not in the store, and --offline")
        if file.url is None:
            raise InputError("has no address to download from", file.filename)
        if self._progress is not None:
            self._progress.step("downloading", file.filename)
        with (
            self._http.stream(file.url, accept="*/*", max_bytes=budget.left) as chunks,
            _replacing(path) as out,
        ):
            found = _copy(chunks, out, file, budget)
            if found != sha256:
                raise InputError(f"its sha256 is {found} where {sha256} is expected", file.filename)


class _Budget:
    """Bytes that may still be fetched, shared by the threads of one call."""

    def __init__(self, limit: int) -> None:
        self._limit, self._spent = limit, 0
        self._lock = threading.Lock()

    @property
    def left(self) -> int:
        return self._limit - self._spent

    def spend(self, size: int) -> None:
        with self._lock:
            self._spent += size
        if self.left < 0:
            raise Unanswered(ENGINE, f"the files together are larger than {self._limit} bytes")


def _sha256(file: LockedFile) -> str:
    if not _FILENAME.fullmatch(file.filename):
        raise InputError("not the name of a wheel or source archive", shortened(visible(file.filename), 200))
    if file.sha256 is None or not _SHA256.fullmatch(file.sha256):
        raise InputError("has no sha256", file.filename)
    return file.sha256


def _intact(path: Path, sha256: str) -> bool:
    """Whether the entry holds what its name says; one that does not is removed."""
    if not path.is_file() or path.is_symlink():
        return False
    with path.open("rb") as stream:
        if hashlib.file_digest(stream, "sha256").hexdigest() == sha256:
            with suppress(OSError):  # a store that may only be read from; else this is when it was last used
                os.utime(path)
            return True
    path.unlink(missing_ok=True)
    return False


def _copy(chunks: Iterable[bytes], out: BinaryIO, file: LockedFile, budget: _Budget) -> str:
    digest, size = hashlib.sha256(), 0
    for chunk in chunks:
        size += len(chunk)
        if file.size is not None and size > file.size:
            raise InputError(f"has more than the expected {file.size} bytes", file.filename)
        budget.spend(len(chunk))
        digest.update(chunk)
        out.write(chunk)
    return digest.hexdigest()


@contextmanager
def _replacing(path: Path) -> Iterator[BinaryIO]:
    """A file that takes the place of `path` when the block ends well, and is gone when it does not."""
    try:
        # Not beside what it will be: a run that is ended would leave an empty folder for each file.
        partial = path.parent.parent / "partial"
        partial.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=partial)
    except OSError as error:
        raise Unanswered(ENGINE, f"the store cannot be written: {error.strerror}") from error
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as out:
            yield out
        path.parent.mkdir(exist_ok=True)
        temporary.replace(path)
    except OSError as error:
        raise Unanswered(ENGINE, f"the store cannot be written: {error.strerror}") from error
    finally:
        temporary.unlink(missing_ok=True)
