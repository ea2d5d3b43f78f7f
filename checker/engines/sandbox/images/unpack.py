"""What a wheel may hold before a single byte of it is unpacked. Reads the central directory, writes nothing.

A wheel is hostile until shown otherwise: one of 2 MB may unpack to gigabytes, name paths outside of the
environment, carry symlinks, or replace a file that another wheel owns (who wins then is a matter of order).
`zipfile` never unpacks more than the size the directory declares, so checking declared sizes is enough.
"""

from __future__ import annotations

import hashlib
import stat
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

from installer.utils import parse_entrypoints
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from checker.engines.sandbox.images.wheel_contents import (
    UNREADABLE,
    Contents,
    bad,
    damaged,
    installed_paths,
    safe_path,
    startup_notes,
)
from checker.escape import visible

MAX_ENTRIES = 100_000
#: Above `_RATIO_FLOOR` bytes, more than this many bytes out for one byte in is a bomb, not a package.
MAX_RATIO = 200
_RATIO_FLOOR = 16 * 1024 * 1024
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1


def examine(wheels: Iterable[Path], python: str, max_unpacked_bytes: int) -> tuple[Contents, ...]:
    """Check every wheel, and all of them together, for the environment of Python `X.Y`.

    Raises InputError naming the wheel: unreadable, unsafe, too large, or in conflict with another one.
    """
    found: list[Contents] = []
    left = max_unpacked_bytes
    for wheel in sorted(wheels, key=lambda path: path.name):
        contents = examine_one(wheel, python, left)
        left -= contents.unpacked_bytes
        found.append(contents)
    _refuse_shared_paths(found)
    return tuple(found)


def examine_one(wheel: Path, python: str, max_unpacked_bytes: int) -> Contents:
    """Check one wheel by itself; see `examine`."""
    try:
        name = parse_wheel_filename(wheel.name)[0]
        with zipfile.ZipFile(wheel) as archive:
            infos = archive.infolist()
            total = _check_sizes(wheel, infos, max_unpacked_bytes)
            _check_members(wheel, infos)
            scripts = _scripts(archive, infos)
    except InvalidWheelFilename as error:
        raise bad(wheel, f"not a wheel's file name: {visible(str(error))}") from error
    except UNREADABLE as error:
        raise damaged(wheel, error) from error
    installs = installed_paths(wheel, name, [i.filename for i in infos if not i.is_dir()], python)
    return Contents(wheel, name, total, installs, scripts, startup_notes(wheel, installs))


def _check_sizes(wheel: Path, infos: Sequence[zipfile.ZipInfo], limit: int) -> int:
    if len(infos) > MAX_ENTRIES:
        raise bad(wheel, f"has {len(infos)} entries; {MAX_ENTRIES} are allowed")
    total = sum(info.file_size for info in infos)
    if total > limit:
        raise bad(wheel, f"unpacks to {total} bytes; {max(limit, 0)} are left (`sandbox.max_unpacked_mb`)")
    packed = wheel.stat().st_size
    if total > _RATIO_FLOOR and total > MAX_RATIO * packed:
        raise bad(wheel, f"unpacks to {total} bytes from {packed}, more than {MAX_RATIO} times its size")
    return total


def _check_members(wheel: Path, infos: Sequence[zipfile.ZipInfo]) -> None:
    seen: set[str] = set()
    for info in infos:
        problem = safe_path(info.filename.removesuffix("/")) or _problem(info)
        if not problem and info.filename in seen:
            problem = "is there twice"
        if problem:
            raise bad(wheel, f"`{visible(info.orig_filename)}` {problem}")
        seen.add(info.filename)
    if sum(name.endswith(".dist-info/RECORD") and name.count("/") == 1 for name in seen) != 1:
        raise bad(wheel, "does not have exactly one RECORD")


def _problem(info: zipfile.ZipInfo) -> str | None:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is a symlink or a special file"
    if info.flag_bits & _ENCRYPTED:
        return "is encrypted"
    if info.compress_type not in _COMPRESSIONS:
        return "is compressed in a way wheels do not use"
    if info.orig_filename != info.filename:
        return "has a name that is cut by a NUL character"
    return None


def _scripts(archive: zipfile.ZipFile, infos: Sequence[zipfile.ZipInfo]) -> tuple[str, ...]:
    for info in infos:
        if info.filename.endswith(".dist-info/entry_points.txt") and info.filename.count("/") == 1:
            text = archive.read(info).decode("utf-8")
            names = tuple(sorted({name for name, _, _, _ in parse_entrypoints(text)}))
            if odd := next((name for name in names if "/" in name or safe_path(name)), None):
                raise ValueError(f"a script cannot be named `{odd}`")
            return names
    return ()


def _refuse_shared_paths(wheels: Sequence[Contents]) -> None:
    """Two wheels may share a path only with the very same bytes; none may sit below another's file."""
    owner: dict[str, Contents] = {}
    for contents in wheels:
        for path in (*contents.installs, *(f"bin/{script}" for script in contents.scripts)):
            first = owner.setdefault(path, contents)
            if first is not contents and not _same_bytes(path, first, contents):
                raise bad(contents.wheel, f"and {first.wheel.name} both own `{visible(path)}`")
    for path, contents in owner.items():
        for parent in PurePosixPath(path).parents:
            if str(parent) in owner:
                both = f"`{visible(str(parent))}` is a file in {owner[str(parent)].wheel.name}"
                raise bad(contents.wheel, f"installs `{visible(path)}`, but {both}")


def _same_bytes(path: str, first: Contents, second: Contents) -> bool:
    if path not in first.installs or path not in second.installs:
        return False  # a console script: two entry points of one name never are the same
    return _member_digest(first, path) == _member_digest(second, path)


def _member_digest(contents: Contents, path: str) -> str:
    try:
        with zipfile.ZipFile(contents.wheel) as archive, archive.open(contents.installs[path]) as member:
            return hashlib.file_digest(member, "sha256").hexdigest()  # type: ignore[arg-type]
    except UNREADABLE as error:
        raise damaged(contents.wheel, error) from error
