"""The policy's package indexes over the simple API as JSON, and the core metadata of their wheels (PEP 658).

Several indexes follow the first-index strategy: the first that knows a name is the only one asked for it, so
that a public namesake can never stand in for a private distribution. Each name and each wheel is asked once a
run. Metadata with a published hash is kept on disk by that hash and checked again when read.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit, urlunsplit

from packaging.utils import InvalidWheelFilename, NormalizedName, parse_wheel_filename

from checker.engines.address import shown, without_credentials
from checker.engines.core_metadata import MAX_BYTES, metadata_of_wheel, parse_metadata
from checker.engines.http import Http, Response
from checker.engines.index_page import parse_page
from checker.engines.wheels import WheelStore
from checker.errors import InputError, Unanswered
from checker.escape import shortened, visible
from checker.model.lock import LockedFile
from checker.overlap import overlapped
from checker.tools import CoreMetadata, IndexFile, Project

ENGINE = "package index"
MAX_PAGE_BYTES = 50_000_000
_JSON = "application/vnd.pypi.simple.v1+json"
_Key = TypeVar("_Key")
_Answer = TypeVar("_Answer")


class SimpleIndex:
    """Satisfies `checker.tools.Index` for one or more indexes, the first with the highest priority."""

    def __init__(
        self,
        urls: Sequence[str],
        cache: Path,
        http: Http,
        wheels: WheelStore,
        *,
        workers: int = 16,
        max_wheel_bytes: int = 1_000_000_000,
    ) -> None:
        """`cache` holds metadata by hash; a wheel without `.metadata` comes through the store `wheels`."""
        self._urls = tuple(urls)
        self._cache = cache
        self._http = http
        self._wheels = wheels
        self._workers = workers
        self._max_wheel_bytes = max_wheel_bytes
        self._pages: dict[NormalizedName, Project | Unanswered] = {}
        self._known: dict[IndexFile, CoreMetadata | Unanswered] = {}
        self._lock = threading.Lock()

    def projects(self, names: Iterable[NormalizedName]) -> Mapping[NormalizedName, Project | Unanswered]:
        """Every name asked, answered or `Unanswered`; a name that no index has is a Project without files."""
        wanted = sorted(set(names))
        self._ask(wanted, self._pages, self._project)
        return {name: self._pages[name] for name in wanted}

    def metadata(self, files: Iterable[IndexFile]) -> Mapping[str, CoreMetadata | Unanswered]:
        """Core metadata of each wheel by file name; its name and version are those of the file name."""
        wanted = list(dict.fromkeys(files))
        self._ask(wanted, self._known, self._core_metadata)
        return {file.filename: self._known[file] for file in wanted}

    def _ask(
        self,
        wanted: Iterable[_Key],
        known: dict[_Key, _Answer | Unanswered],
        question: Callable[[_Key], _Answer],
    ) -> None:
        """Fill `known`, asking only what it lacks. "Could not answer" is kept like an answer."""

        def ask(key: _Key) -> _Answer | Unanswered:
            try:
                return question(key)
            except Unanswered as unanswered:
                return unanswered.with_traceback(None)

        with self._lock:
            missing = [key for key in wanted if key not in known]
            known.update(zip(missing, overlapped(ask, missing, self._workers, "index"), strict=True))

    def _project(self, name: NormalizedName) -> Project:
        for index in self._urls:
            url = _page_url(index, name)
            answer = self._http.get(url, accept=_JSON, max_bytes=MAX_PAGE_BYTES)
            if answer.status != 404:
                return _project(answer, url, name, index)
        return Project(name=name, index="", files={})

    def _core_metadata(self, file: IndexFile) -> CoreMetadata:
        try:
            name, version, _, _ = parse_wheel_filename(file.filename)
            data = self._published(file) if file.has_metadata else self._unpacked(file)
            found = parse_metadata(data)
        except (ValueError, InvalidWheelFilename, InputError) as error:
            reason = shortened(visible(str(error)), 300)
            raise Unanswered(
                ENGINE, f"the metadata of {visible(file.filename)} is of no use: {reason}"
            ) from error
        if (found.name, found.version) != (name, version):
            raise Unanswered(ENGINE, f"the metadata of {visible(file.filename)} names another distribution")
        return found

    def _published(self, file: IndexFile) -> bytes:
        """The `.metadata` beside the wheel, from disk where it is there under its hash."""
        sha256 = file.metadata_sha256
        kept = self._cache / "metadata" / sha256 if sha256 else None
        if kept is not None and (data := _read(kept)) is not None and _hash(data) == sha256:
            return data
        answer = self._http.get(_beside(file.url), accept="*/*", max_bytes=MAX_BYTES)
        if answer.status != 200:
            raise Unanswered(ENGINE, f"{shown(answer.url)} answered {answer.status}")
        if kept is not None:
            if _hash(answer.body) != sha256:
                raise ValueError("its sha256 is not the published one")
            _write(kept, answer.body)
        return answer.body

    def _unpacked(self, file: IndexFile) -> bytes:
        if file.sha256 is None:
            raise ValueError("the index gives neither metadata nor a sha256 of the wheel")
        wheel = LockedFile(filename=file.filename, url=file.url, sha256=file.sha256, size=file.size)
        return metadata_of_wheel(self._wheels.fetch([wheel], max_bytes=self._max_wheel_bytes)[file.sha256])


def _project(answer: Response, url: str, name: NormalizedName, index: str) -> Project:
    if answer.status != 200:
        raise Unanswered(ENGINE, f"{shown(url)} answered {answer.status}")
    if answer.headers.get("content-type", "").partition(";")[0].strip() != _JSON:
        raise Unanswered(ENGINE, f"{shown(url)} did not answer with the JSON form of the simple API")
    try:
        return parse_page(answer.body, answer.url, name, without_credentials(index))
    except ValueError as error:
        raise Unanswered(ENGINE, f"{shown(url)} is not as specified: {visible(str(error))}") from error


def _page_url(index: str, name: NormalizedName) -> str:
    return f"{index.rstrip('/')}/{name}/"


def _beside(url: str) -> str:
    """Address of the `.metadata` file that belongs to the wheel at `url`."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"{parts.path}.metadata", fragment=""))


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes() if path.stat().st_size <= MAX_BYTES else None
    except OSError:
        return None  # not kept, or not readable: the index is asked again


def _write(path: Path, data: bytes) -> None:
    """Keep `data` for the next run. A full or read-only disk costs time, not the answer."""
    temporary = path.with_name(f".{path.name}.{threading.get_ident()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(data)
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
