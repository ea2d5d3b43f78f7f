"""Stores and clocks for what is reused."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from checker.engines.reuse.kept import Kept
from checker.engines.store import FolderStore

BEGIN = dt.datetime(2026, 11, 22, 10, 2, 30, tzinfo=dt.UTC)


@dataclass
class MemoryStore:
    """Satisfies `Store` as a folder does, without one: a key is its JSON."""

    records: dict[str, str] = field(default_factory=dict)

    def get(self, kind: str, key: object) -> object | None:
        found = self.records.get(json.dumps([kind, key], sort_keys=True))
        return None if found is None else json.loads(found)

    def put(self, kind: str, key: object, value: object) -> None:
        self.records[json.dumps([kind, key], sort_keys=True)] = json.dumps(value)


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    time: dt.datetime = BEGIN

    def __call__(self) -> dt.datetime:
        return self.time

    def pass_by(self, **amount: float) -> None:
        self.time += dt.timedelta(**amount)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "evidence"


@pytest.fixture
def run(folder: Path, clock: Clock) -> Callable[..., Kept]:
    """What one more run keeps in the folder: `run(reads=False)` is `--fresh`, `run(writes=False)` a fork's."""

    def one(**how: object) -> Kept:
        return Kept(FolderStore(folder), clock=clock, **how)  # type: ignore[arg-type]

    return one


def files(folder: Path) -> list[Path]:
    """Every record."""
    return sorted(path for path in folder.rglob("*") if path.is_file())
