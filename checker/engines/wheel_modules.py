"""Which modules a wheel offers: by what is in it, not by `top_level.txt`, which says what it likes."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from checker.engines.wheels import WheelStore
from checker.errors import InputError, Unanswered
from checker.model.lock import LockedFile

_CODE = (".py", ".so", ".pyd")
_MOST_MEMBERS = 100_000


class WheelModules:
    """Satisfies `checker.tools.Wheels` over the store of wheels."""

    def __init__(self, store: WheelStore, max_bytes: int) -> None:
        """`max_bytes` is for the wheels of one call together."""
        self._store, self._max_bytes = store, max_bytes

    def modules(self, files: Iterable[LockedFile]) -> Mapping[str, tuple[str, ...]]:
        """See `Wheels.modules`. One wheel that cannot be had hides all: the guess by name is no worse."""
        wanted = {file.sha256: file for file in files if file.sha256 is not None}
        try:
            paths = self._store.fetch(tuple(wanted.values()), max_bytes=self._max_bytes)
        except (Unanswered, InputError):
            return {}
        return {file.filename: _of_wheel(paths[sha256]) for sha256, file in wanted.items()}


def _of_wheel(path: Path) -> tuple[str, ...]:
    try:
        with zipfile.ZipFile(path) as wheel:
            return modules_of(info.filename for info in wheel.infolist()[:_MOST_MEMBERS])
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError):
        return ()


def modules_of(members: Iterable[str]) -> tuple[str, ...]:
    """Importable modules of an archive's members; those of a package only where it has no `__init__`."""
    code = {path for member in members if (path := _module(member)) is not None}
    packages = {path.rpartition(".")[0] for path in code if path.rpartition(".")[2] == "__init__"}
    plain = {path for path in code if path.rpartition(".")[2] != "__init__"}
    return tuple(sorted(name for name in packages | plain if name and not _parents(name) & packages))


def _module(member: str) -> str | None:
    """`a/b/c.cpython-311-x.so` → `a.b.c`; None for what is no module of the environment."""
    top, _, rest = member.partition("/")
    if top.endswith(".data"):
        scheme, _, member = rest.partition("/")
        if scheme not in ("purelib", "platlib"):
            return None
    elif top.endswith(".dist-info"):
        return None
    if not member.endswith(_CODE):
        return None
    *folders, name = member.split("/")
    parts = [*folders, name.partition(".")[0]]
    return ".".join(parts) if all(part.isidentifier() for part in parts) else None


def _parents(name: str) -> set[str]:
    parts = name.split(".")
    return {".".join(parts[:end]) for end in range(1, len(parts))}
