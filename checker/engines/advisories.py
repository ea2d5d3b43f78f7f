"""Open a snapshot of advisories: a zip, a folder, a tree of the repository, or a URL.

Whatever is wrong with the container is `Unanswered`: a snapshot that cannot be read, or that holds nothing,
must never look like a world without advisories.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from checker.engines.snapshot_index import SnapshotIndex
from checker.errors import InputError, Unanswered
from checker.escape import visible
from checker.rules.osv.snapshot import Snapshot, read_snapshot
from checker.tools import Tree

ENGINE = "advisories"
Opener = Callable[[], Snapshot]
Download = Callable[[str], bytes]
_Documents = Iterable[tuple[str, bytes]]


@dataclass(frozen=True)
class SnapshotLimits:
    """How much a snapshot may hold.

    The zip's own bytes, how many documents, bytes of one, bytes of all, and unpacked bytes for a packed one.
    """

    packed_bytes: int = 256 * 1024 * 1024
    documents: int = 250_000
    document_bytes: int = 16 * 1024 * 1024
    total_bytes: int = 2 * 1024 * 1024 * 1024
    ratio: int = 100


LIMITS = SnapshotLimits()
#: Small snapshots may be as compressible as they like.
_RATIO_FROM = 8 * 1024 * 1024


def from_path(
    path: Path,
    limits: SnapshotLimits = LIMITS,
    date: dt.datetime | None = None,
    index: SnapshotIndex | None = None,
) -> Snapshot:
    """A zip in the layout of OSV's export, or a folder of JSON documents, on disk. Raises Unanswered.

    Here and below `index` remembers what was read before.
    """
    try:
        if path.is_dir():
            return from_documents(_folder(path, limits), limits, date, index)
        with path.open("rb") as stream:
            data = stream.read(limits.packed_bytes + 1)
    except OSError as error:
        raise Unanswered(ENGINE, f"the snapshot cannot be read: {error.strerror or error}") from error
    return from_zip(data, limits, date, index)


def from_zip(
    data: bytes,
    limits: SnapshotLimits = LIMITS,
    date: dt.datetime | None = None,
    index: SnapshotIndex | None = None,
) -> Snapshot:
    """A zip in the layout of OSV's export. Raises Unanswered."""
    if len(data) > limits.packed_bytes:
        raise Unanswered(ENGINE, f"the snapshot has more than {limits.packed_bytes} bytes")
    if index is None:
        return from_documents(_unpacked(data, limits), limits, date)
    source = f"zip {hashlib.sha256(data).hexdigest()} {date} {limits}"
    return index.opened(source, lambda: from_documents(_unpacked(data, limits), limits, date))


def from_files(
    files: Mapping[str, bytes], limits: SnapshotLimits = LIMITS, date: dt.datetime | None = None
) -> Snapshot:
    """Documents by name; those that are not called `*.json` do not count. Raises Unanswered."""
    return from_documents(((name, files[name]) for name in sorted(files) if _is_json(name)), limits, date)


def from_tree(
    tree: Tree, path: str, limits: SnapshotLimits = LIMITS, index: SnapshotIndex | None = None
) -> Snapshot:
    """A zip or a folder that lies in the repository, at the revision of the policy. Raises Unanswered."""
    path, entries = path.strip("/"), tree.entries()
    inside = [name for name in entries if name.startswith(f"{path}/") and _is_json(name)]
    try:
        if path in entries:
            return from_zip(tree.read(path, limits.packed_bytes), limits, index=index)
        documents = ((name, tree.read(name, limits.document_bytes)) for name in inside)
        return from_documents(documents, limits, index=index)
    except InputError as error:
        raise Unanswered(ENGINE, f"the snapshot cannot be read: {error}") from error


def from_url(
    url: str, download: Download, limits: SnapshotLimits = LIMITS, index: SnapshotIndex | None = None
) -> Snapshot:
    """A zip that `download` fetches (it raises Unanswered where it cannot). Raises Unanswered."""
    return from_zip(download(url), limits, index=index)


def from_documents(
    documents: _Documents,
    limits: SnapshotLimits = LIMITS,
    date: dt.datetime | None = None,
    index: SnapshotIndex | None = None,
) -> Snapshot:
    """Documents as (name, content), counted while they are read. Raises Unanswered, also for none at all."""
    limited = _limited(documents, limits)
    if index is None:
        return _read(limited, date)
    kept = list(limited)
    return index.opened(f"files {_digest(kept)} {date}", lambda: _read(kept, date))


def _read(documents: _Documents, date: dt.datetime | None) -> Snapshot:
    snapshot = read_snapshot(documents, date)
    if not len(snapshot.database):
        unread = f"; {len(snapshot.skipped)} documents cannot be read" if snapshot.skipped else ""
        raise Unanswered(ENGINE, f"the snapshot holds no advisory{unread}")
    return snapshot


def fresh(snapshot: Snapshot, now: dt.datetime, max_age_days: int) -> Snapshot:
    """The snapshot, if it is not too old. Raises Unanswered."""
    age = snapshot.age_days(now)
    if age > max_age_days:
        raise Unanswered(ENGINE, f"the snapshot is {age} days old; the policy allows {max_age_days}")
    return snapshot


def _digest(documents: _Documents) -> str:
    lines = sorted(f"{hashlib.sha256(content).hexdigest()} {name}" for name, content in documents)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _is_json(name: str) -> bool:
    return name.lower().endswith(".json")


def _limited(documents: _Documents, limits: SnapshotLimits) -> Iterator[tuple[str, bytes]]:
    total = 0
    for count, (name, content) in enumerate(documents, start=1):
        total += len(content)
        if count > limits.documents or len(content) > limits.document_bytes or total > limits.total_bytes:
            raise Unanswered(ENGINE, f"the snapshot is larger than allowed (at {visible(name)})")
        yield visible(name), content


def _folder(folder: Path, limits: SnapshotLimits) -> Iterator[tuple[str, bytes]]:
    for path in sorted(path for path in folder.rglob("*") if _is_json(path.name)):
        if path.is_symlink() or not path.is_file():
            raise Unanswered(ENGINE, f"the snapshot holds {visible(path.name)}, which is not a regular file")
        with path.open("rb") as stream:
            yield path.relative_to(folder).as_posix(), stream.read(limits.document_bytes + 1)


def _unpacked(data: bytes, limits: SnapshotLimits) -> Iterator[tuple[str, bytes]]:
    """Documents of a zip, whose own list is judged before anything is unpacked. Names are no paths here."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [member for member in archive.infolist() if _is_json(member.filename)]
            _weigh(members, limits)
            for member in members:
                yield member.filename, archive.read(member)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, ValueError) as error:
        raise Unanswered(
            ENGINE, f"the snapshot is not a zip that can be read: {visible(str(error))}"
        ) from error


def _weigh(members: list[zipfile.ZipInfo], limits: SnapshotLimits) -> None:
    """`zipfile` gives out no more than a member's declared size, so the declared sizes can be trusted."""
    total = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    largest = max((member.file_size for member in members), default=0)
    too_many = len(members) > limits.documents
    if too_many or largest > limits.document_bytes or total > limits.total_bytes:
        raise Unanswered(ENGINE, f"the snapshot is too large: {len(members)} documents of {total} bytes")
    if total > max(_RATIO_FROM, packed * limits.ratio):
        raise Unanswered(ENGINE, f"the snapshot unpacks {packed} bytes to {total}: refused as a zip bomb")
