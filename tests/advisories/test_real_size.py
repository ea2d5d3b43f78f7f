"""A real snapshot of thousands of records, where this machine has one (PROCTOR_ADVISORIES names it)."""

from __future__ import annotations

import functools
import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from checker.engines.advisories import from_path
from checker.model.lock import Pin


def snapshots() -> Iterator[Path]:
    named = os.environ.get("PROCTOR_ADVISORIES")
    places = [Path(named)] if named else [Path(__file__).parents[3] / "shared" / "advisories"]
    for place in places:
        yield from [place] if place.is_file() else sorted(place.glob("*.zip"))


@pytest.fixture(scope="module")
def path() -> Path:
    found = next(snapshots(), None)
    if found is None:
        pytest.skip("no snapshot of real size here (PROCTOR_ADVISORIES)")
    return found


@functools.cache
def version(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None


def says(entry: dict[str, Any], asked: Version) -> bool:
    """The oracle: a version is affected when the last thing that happened up to it was an introduction."""
    if asked in (version(text) for text in entry.get("versions", ())):
        return True
    for span in entry.get("ranges", ()):
        happened = []
        for kind, text in ((k, t) for event in span["events"] for k, t in event.items()):
            bound = Version("0.dev0") if text == "0" else version(text)
            reached = bound is not None and (asked > bound if kind == "last_affected" else asked >= bound)
            if reached:
                happened.append((bound, ["fixed", "introduced", "last_affected"].index(kind), kind))
        if span["type"] == "ECOSYSTEM" and happened and max(happened)[2] == "introduced":
            return True
    return False


@pytest.mark.slow
def test_every_listed_version_gets_the_ids_the_oracle_gives(path):
    with zipfile.ZipFile(path) as archive:
        raw = [json.loads(archive.read(name)) for name in archive.namelist()]
    by_name: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for record in (record for record in raw if not record.get("withdrawn")):
        for entry in record["affected"]:
            by_name.setdefault(canonicalize_name(entry["package"]["name"]), []).append((record["id"], entry))
    database = from_path(path).database
    pairs = 0
    for package, entries in sorted(by_name.items())[::10]:
        listed = {version(text) for _, entry in entries for text in entry.get("versions", ())}
        for asked in sorted(one for one in listed if one is not None):
            expected = {name for name, entry in entries if says(entry, asked)}
            assert {r.id for r in database.affecting(Pin(package, asked))} == expected, (package, asked)
            pairs += 1
    assert pairs > 1_000


def test_every_record_can_be_read(path):
    snapshot = from_path(path)
    assert snapshot.skipped == ()
    assert len(snapshot.database) > 1_000
