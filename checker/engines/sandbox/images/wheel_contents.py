"""What a wheel puts where: the paths it installs, its modules, and what it makes run at every start. Pure."""

from __future__ import annotations

import configparser
import csv
import zipfile
import zlib
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from installer.exceptions import InstallerError
from installer.records import InvalidRecordEntry
from packaging.utils import NormalizedName

from checker.errors import InputError
from checker.escape import shortened, visible

#: What the readers of archives, records and entry points raise where one is damaged, or made to be so.
UNREADABLE = (
    *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError),
    *(configparser.Error, csv.Error, InstallerError, InvalidRecordEntry),
    *(AssertionError, KeyError, OSError, ValueError),
)
_STARTUP = ("sitecustomize.py", "usercustomize.py")


@dataclass(frozen=True)
class Contents:
    """One wheel that passed. `installs` maps each path below the environment to the member it comes from.

    `notes` name what runs at every start of Python (`.pth` files, `sitecustomize`); `scripts` are the console
    scripts made from entry points.
    """

    wheel: Path
    name: NormalizedName
    unpacked_bytes: int
    installs: Mapping[str, str]
    scripts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def installed_paths(wheel: Path, name: NormalizedName, members: Sequence[str], python: str) -> dict[str, str]:
    """Path below the environment of Python `X.Y` → member, by the format's schemes. Raises InputError."""
    site = f"lib/python{python}/site-packages"
    schemes = {
        "purelib": f"{site}/",
        "platlib": f"{site}/",
        "scripts": "bin/",
        "data": "",
        "headers": f"include/site/python{python}/{name}/",
    }
    installs: dict[str, str] = {}
    for member in members:
        top, _, rest = member.partition("/")
        if top.endswith(".data"):
            scheme, _, rest = rest.partition("/")
            if scheme not in schemes or not rest:
                raise bad(wheel, f"`{visible(member)}` belongs to no scheme of the wheel format")
            path = schemes[scheme] + rest
        else:
            path = f"{site}/{member}"
        if path in installs:
            raise bad(wheel, f"`{visible(path)}` is there twice")
        installs[path] = member
    return installs


def startup_notes(wheel: Path, installs: Mapping[str, str]) -> tuple[str, ...]:
    """Files that Python runs at every start, without any import of them."""
    names = (PurePosixPath(path) for path in installs)
    startup = sorted(
        p.name
        for p in names
        if p.parent.name == "site-packages" and (p.suffix == ".pth" or p.name in _STARTUP)
    )
    return tuple(
        f"{wheel.name} installs `{visible(name)}`, which runs at every start of Python" for name in startup
    )


def top_level(contents: Contents) -> tuple[str, ...]:
    """Modules a skill may import from the wheel, sorted; private ones only when there is nothing else.

    Read from what is installed, not from `top_level.txt`, which is optional and says what its author likes.
    """
    inside = [path.partition("/site-packages/")[2] for path in contents.installs]
    files = [path.split("/") for path in inside if path.endswith((".py", ".so"))]
    packages = {tuple(parts[:-1]) for parts in files if parts[-1].partition(".")[0] == "__init__"}
    names = {_importable(parts, packages) for parts in files} - {("sitecustomize",), ("usercustomize",)}
    names = {name for name in names if all(part.isidentifier() for part in name)}
    public = {n for n in names if n[0] not in _BESIDE and not any(part.startswith("_") for part in n)}
    return tuple(sorted(".".join(name) for name in public or names))


_BESIDE = ("tests", "test", "docs", "examples", "benchmarks")


def _importable(parts: list[str], packages: Container[tuple[str, ...]]) -> tuple[str, ...]:
    """What to import to reach a file: the first package on its way, since importing a namespace runs nothing.

    A folder with a dot in its name (`pillow.libs`) holds no module; a file's own suffixes do not count.
    """
    if len(parts) == 1:
        return (parts[0].partition(".")[0],)
    ways = (tuple(parts[:depth]) for depth in range(1, len(parts)))
    return next((way for way in ways if way in packages), (parts[0],))


def safe_path(path: str) -> str | None:
    """Why `path` must not be written below a folder, or None when it may.

    Shared by wheels and skills: a layer is a tar, and in a tar names that start with `.wh.` delete files.
    """
    parts = path.split("/")
    if not path or path.startswith("/") or "\\" in path:
        return "is not a relative path"
    if any(part in ("", ".", "..") for part in parts):
        return "leaves its folder or has an empty part"
    if any(ord(c) < 0x20 or 0xD800 <= ord(c) < 0xE000 for c in path):
        return "has control characters or is not Unicode"
    if any(len(part.encode()) > 255 for part in parts) or len(path.encode()) > 4096:
        return "is too long for a file system"
    if any(part.startswith(".wh.") for part in parts):
        return "is a deletion mark in an image layer"
    return None


def bad(wheel: Path, problem: str) -> InputError:
    """The error that names a wheel and what is wrong with it."""
    return InputError(f"{visible(wheel.name)} {problem}", visible(wheel.name))


def damaged(wheel: Path, error: Exception) -> InputError:
    """The error for what `UNREADABLE` names."""
    why = visible(shortened(str(error) or type(error).__name__, 300))
    return bad(wheel, f"cannot be read as a wheel: {why}")
