"""What a lock's target is: its environment markers and the wheels it can install. Pure.

A target is a platform as uv names it and a Python version such as "3.11". Nothing of the machine that runs
Proctor enters: the same lock is judged alike everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from packaging.markers import Marker
from packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms
from packaging.utils import BuildTag, InvalidWheelFilename, parse_wheel_filename

from checker.errors import UsageError

_ALIASES = {
    "linux": "x86_64-manylinux_2_28",
    "macos": "aarch64-apple-darwin",
    "windows": "x86_64-pc-windows-msvc",
    "x86_64-unknown-linux-gnu": "x86_64-manylinux_2_28",
    "aarch64-unknown-linux-gnu": "aarch64-manylinux_2_28",
    "x86_64-manylinux2014": "x86_64-manylinux_2_17",
    "aarch64-manylinux2014": "aarch64-manylinux_2_17",
}
_MANYLINUX = re.compile(r"(x86_64|aarch64)-manylinux_2_(\d{2})")
_OTHER = re.compile(r"(x86_64|aarch64|i686)-(unknown-linux-musl|apple-darwin|pc-windows-msvc)")
_LEGACY_MANYLINUX = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
_OLDEST_GLIBC = {"x86_64": 5, "aarch64": 17}
_MACHINES = {
    "Darwin": {"x86_64": "x86_64", "aarch64": "arm64"},
    "Linux": {"x86_64": "x86_64", "aarch64": "aarch64"},
    "Windows": {"x86_64": "AMD64", "aarch64": "ARM64", "i686": "x86"},
}
_WINDOWS_TAGS = {"x86_64": "win_amd64", "aarch64": "win_arm64", "i686": "win32"}
_OLDEST_MACOS = (13, 0)


@dataclass(frozen=True)
class _Platform:
    system: str
    machine: str
    tags: tuple[str, ...]


def environment(python: str, platform: str) -> dict[str, str]:
    """Every PEP 508 marker variable but `extra`. Raises UsageError for a platform that is not known.

    The Python patch release is taken as 0 and kernel versions as empty, as uv does for a target.
    """
    target = _platform(platform)
    return {
        "implementation_name": "cpython",
        "implementation_version": f"{python}.0",
        "os_name": "nt" if target.system == "Windows" else "posix",
        "platform_machine": target.machine,
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": target.system,
        "platform_version": "",
        "python_full_version": f"{python}.0",
        "python_version": python,
        "sys_platform": {"Windows": "win32", "Darwin": "darwin"}.get(target.system, "linux"),
    }


def holds(marker: Marker | None, env: Mapping[str, str], extras: Iterable[str] = ("",)) -> bool:
    """Tell whether `marker` is true on a target with any of `extras` ("" is no extra).

    A comparison that has no meaning is false, as it is for uv, which chose what is in the lock.
    """
    if marker is None:
        return True
    try:
        return any(marker.evaluate({**env, "extra": extra}) for extra in extras)
    except ValueError:  # UndefinedComparison and UndefinedEnvironmentName are; so is an endless number
        return False


def best_wheel(filenames: Iterable[str], python: str, platform: str) -> str | None:
    """The wheel an installer picks on the target, or None when none of them fits."""
    return _best(tuple(sorted(filenames)), python, platform)


@lru_cache(maxsize=16_384)
def _best(filenames: tuple[str, ...], python: str, platform: str) -> str | None:
    ranks = _tag_ranks(python, platform)
    found = [(min(ranks.get(tag, len(ranks)) for tag in _tags_of(name)), name) for name in filenames]
    best = min((rank for rank, _ in found), default=len(ranks))
    fitting = [name for rank, name in found if rank == best < len(ranks)]
    return max(fitting, key=_build_of, default=None)  # of equals the first: sorting makes it the same one


def _build_of(filename: str) -> BuildTag:
    """The build tag; of wheels that fit alike an installer picks the highest, and none is the lowest."""
    return parse_wheel_filename(filename)[2]


@lru_cache(maxsize=16_384)
def _tags_of(filename: str) -> frozenset[Tag]:
    try:
        return parse_wheel_filename(filename)[3] or frozenset({Tag("none", "none", "none")})
    except InvalidWheelFilename:
        return frozenset({Tag("none", "none", "none")})


@lru_cache(maxsize=64)
def _tag_ranks(python: str, platform: str) -> Mapping[Tag, int]:
    major, _, minor = python.partition(".")
    version, platforms = (int(major), int(minor)), _platform(platform).tags
    ordered = [
        *cpython_tags(version, platforms=platforms, abis=[f"cp{major}{minor}"]),
        *compatible_tags(version, interpreter=f"cp{major}{minor}", platforms=platforms),
    ]
    return {tag: rank for rank, tag in reversed(list(enumerate(ordered)))}


@lru_cache(maxsize=64)
def _platform(name: str) -> _Platform:
    full = _ALIASES.get(name, name)
    if match := _MANYLINUX.fullmatch(full):
        return _Platform("Linux", match[1], tuple(_manylinux(match[1], int(match[2]))))
    if match := _OTHER.fullmatch(full):
        system = {"u": "Linux", "a": "Darwin", "p": "Windows"}[match[2][0]]
        if match[1] in _MACHINES[system]:
            return _Platform(system, _MACHINES[system][match[1]], tuple(_other_tags(system, match[1])))
    raise UsageError(f"target platform {name!r} is not known; known are for example {', '.join(_ALIASES)}")


def _manylinux(machine: str, glibc: int) -> Iterator[str]:
    for minor in range(glibc, _OLDEST_GLIBC[machine] - 1, -1):
        yield f"manylinux_2_{minor}_{machine}"
        if minor in _LEGACY_MANYLINUX:
            yield f"{_LEGACY_MANYLINUX[minor]}_{machine}"
    yield f"linux_{machine}"


def _other_tags(system: str, machine: str) -> Iterable[str]:
    if system == "Windows":
        return [_WINDOWS_TAGS[machine]]
    if system == "Darwin":
        return mac_platforms(_OLDEST_MACOS, _MACHINES["Darwin"][machine])
    return [f"musllinux_1_2_{machine}", f"musllinux_1_1_{machine}", f"linux_{machine}"]
