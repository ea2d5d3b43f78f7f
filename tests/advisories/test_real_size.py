"""A real snapshot of thousands of records, where this machine has one (PROCTOR_ADVISORIES names it)."""

from __future__ import annotations

import functools
import json
import os
import random
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from checker.engines.advisories import from_path
from checker.engines.osv import OsvSnapshot
from checker.engines.pip_audit import PipAudit
from checker.engines.snapshot_index import SnapshotIndex
from checker.model.advisory import Advisory
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


#: (distribution, version) → why offline `osv` and the oracle differ there. None does.
EXPLAINED: dict[tuple[str, str], str] = {}
Entries = dict[str, list[tuple[str, dict[str, Any]]]]


@pytest.fixture(scope="module")
def entries(path) -> Entries:
    """What the documents say of each distribution, read without any code of ours but its name's spelling."""
    by_name: Entries = {}
    with zipfile.ZipFile(path) as archive:
        raw = [json.loads(archive.read(name)) for name in archive.namelist()]
    for record in (record for record in raw if not record.get("withdrawn")):
        for entry in record["affected"]:
            by_name.setdefault(canonicalize_name(entry["package"]["name"]), []).append((record["id"], entry))
    return by_name


@pytest.fixture(scope="module")
def listed(entries) -> list[Pin]:
    """Every version that any record lists, of every distribution."""
    texts = {
        (name, text) for name, said in entries.items() for _, e in said for text in e.get("versions", ())
    }
    return sorted({Pin(name, one) for name, text in texts if (one := version(text)) is not None})


@pytest.fixture(scope="module")
def scanner(path, tmp_path_factory) -> OsvSnapshot:
    """Offline `osv` over an index that was written and read again."""
    index = SnapshotIndex(tmp_path_factory.mktemp("index"))
    from_path(path, index=index)
    return OsvSnapshot(lambda: from_path(path, index=index))


def ids(found: Iterable[Advisory]) -> set[str]:
    return {name for one in found for name in (one.id, *one.aliases)}


@pytest.mark.slow
def test_every_listed_version_gets_the_ids_the_oracle_gives(entries, listed, scanner):
    found = scanner.scan(frozenset(listed)).found
    records = {name for said in entries.values() for name, _ in said}
    different = []
    for one in listed:
        expected = {name for name, entry in entries[one.name] if says(entry, one.version)}
        if ids(found[one]) & records != expected & records and (one.name, str(one.version)) not in EXPLAINED:
            different.append((str(one), ids(found[one]) & records, expected))
    assert not different
    assert len(listed) > 10_000


@pytest.mark.slow
def test_pip_audit_agrees_on_pairs_drawn_by_seed(path, listed, scanner):
    """The real process over the loopback server. What it passes on is compared by the ids alone."""
    drawn = frozenset(random.Random(4).sample(listed, 500))
    ours = scanner.scan(drawn).found
    theirs = PipAudit(lambda: from_path(path)).scan(drawn)
    assert theirs.unanswered == {}
    different = {str(one) for one in drawn if ids(ours[one]) != ids(theirs.found[one])}
    assert different <= {f"{name}=={text}" for name, text in EXPLAINED}
    assert any(ours.values())


def test_every_record_can_be_read(path):
    snapshot = from_path(path)
    assert snapshot.skipped == ()
    assert len(snapshot.database) > 1_000
