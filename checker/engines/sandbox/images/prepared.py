"""Wheels laid out and compiled once, for every skill that locks them.

Most of the time that an image takes goes into unpacking wheels and making their bytecode, which is the same
for every skill. What was prepared is kept by the wheel's sha256 and the Python it is for, beside the layers,
and hashed again each time it is used.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from checker.engines.sandbox.images.layers import PART_HASH, Member, Part, write_part
from checker.engines.sandbox.images.packages import AUDIT, INSIDE, Interpreter, audit_members, wheel_members
from checker.engines.sandbox.images.wheel_contents import Contents
from checker.engines.sandbox.state import State, digest_of
from checker.overlap import overlapped

KIND = "prepared"
#: Raise it when a wheel would be laid out in another way: what was prepared before is then not used again.
LAYOUT = 4
#: Each one starts a compiler, which has a process for every core when the wheel is large (`bytecode.py`).
_AT_ONCE = 2


@dataclass(frozen=True)
class Preparation:
    """Prepares wheels for `interpreter`, keeping the results in `state`."""

    state: State
    interpreter: Interpreter

    def parts(self, wheels: Iterable[tuple[str, Contents]]) -> Sequence[Part]:
        """The part of each wheel (its sha256 and what it holds), in that order.

        Raises InputError for a wheel that cannot be installed, Unanswered when compiling fails.
        """
        return overlapped(lambda wheel: self._one(*wheel), wheels, _AT_ONCE, "prepare")

    def kept(self, keys: Iterable[str]) -> Sequence[Part] | None:
        """The parts of these keys without reading them (the engine checks what is made of them), or None."""
        records = [(self._path(key), self.state.record(KIND, key)) for key in keys]
        if not all(record and path.is_file() for path, record in records):
            return None
        return [Part(record["digest"], path, tuple(record["folders"])) for path, record in records if record]

    def intact(self, parts: Iterable[Part]) -> bool:
        """Whether the files of these parts are what they were when they were written."""
        return all(part.path.is_file() and _read_digest(part.path) == part.digest for part in parts)

    def audit(self) -> Part:
        """The part of the audit hook. Raises Unanswered when compiling fails."""
        program = hashlib.sha256((INSIDE / "audit.py").read_bytes()).hexdigest()
        key = digest_of(LAYOUT, program, AUDIT, self._python)
        return self._known(key) or self._made(key, partial(audit_members, interpreter=self.interpreter))

    def _one(self, sha256: str, contents: Contents) -> Part:
        key = digest_of(LAYOUT, sha256, contents.wheel.name, self._python)
        members = partial(wheel_members, contents=contents, interpreter=self.interpreter)
        return self._known(key) or self._made(key, members)

    @property
    def _python(self) -> list[object]:
        host = self.interpreter.on_host
        return [self.interpreter.version, str(host) if host else None]

    def _known(self, key: str) -> Part | None:
        record = self.state.record(KIND, key)
        path = self._path(key)
        if record is None or not path.is_file():
            return None
        found = _read_digest(path)
        return Part(found, path, tuple(record["folders"])) if found == record["digest"] else None

    def _made(self, key: str, members: Callable[[Path], Iterable[Member]]) -> Part:
        with self.state.staging() as staging:
            part = write_part(self._path(key), members(staging))
        self.state.remember(KIND, key, {"digest": part.digest, "folders": list(part.folders)})
        return part

    def _path(self, key: str) -> Path:
        return self.state.folder / KIND / f"{key}.tar"


def _read_digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, PART_HASH).hexdigest()
