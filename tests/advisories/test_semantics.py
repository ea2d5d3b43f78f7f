"""The rules of the OSV schema, one by one, as offline `osv` reads them from whole records."""

from __future__ import annotations

from typing import Any

import pytest

from checker.engines.advisories import from_files
from checker.engines.osv import OsvSnapshot
from tests.support.osv import affected, document, encoded, pin, until

GIT = {"type": "GIT", "repo": "https://git.example/demo", "events": [{"introduced": "0"}, {"fixed": "abc"}]}
TWO = affected(
    "demo", {"fixed": "1.5"}, {"last_affected": "2.1"}, {"introduced": "2.0"}, {"introduced": "1.0"}
)

#: What a record says → versions it affects, versions it does not.
RULES: dict[str, tuple[dict[str, Any], str, str]] = {
    "several intervals, events in any order": (TWO, "1.0 1.4.9 2.0 2.1", "0.9 1.5 1.9 2.1.1 2.1.post1 3"),
    "one event in each range": (
        affected("demo", {"introduced": "1"}) | {"ranges": [
            {"type": "ECOSYSTEM", "events": [{"introduced": "1"}, {"fixed": "2"}]},
            {"type": "ECOSYSTEM", "events": [{"introduced": "3"}]},
        ]},
        "1 1.9 3 99", "0.9 2 2.9",
    ),
    "zero is the beginning": (until("demo", "1"), "0 0.dev0 0.9 1rc1 1.dev0", "1 1.0.0 1.post1"),
    "a fix ends before, last_affected after": (
        affected("demo", {"introduced": "0"}, {"last_affected": "1.2"}), "1.2 1.2.0 1.2rc1", "1.2.post1 1.2.1",
    ),
    "an epoch is above every version without one": (
        affected("demo", {"introduced": "1!0"}, {"fixed": "1!2"}), "1!0 1!1.9", "0.5 99 1!2 2!0",
    ),
    "a fix in a pre-release": (until("demo", "2.0rc2"), "1.9 2.0a1 2.0rc1", "2.0rc2 2.0"),
    "a post-release fixes": (until("demo", "1.0.post2"), "1.0 1.0.post1", "1.0.post2 1.1"),
    "a local build is what its public version is": (until("demo", "2.0"), "1.9+cpu 2.0rc1+cu121", "2.0+cpu"),
    "a local bound": (affected("demo", {"introduced": "0"}, {"fixed": "1.0+patched"}), "0.9", "1.0+patched 1.1"),
    "a list alone": (affected("demo", versions=["1.0", "2.0b1"]), "1.0 1 1.0.0 2.0b1 1.0+cpu", "1.1 2.0"),
    "a list beside a range": (affected("demo", {"introduced": "5"}, versions=["1.0"]), "1.0 5 6", "4.9 1.0.1"),
    "names in every spelling": (until("De__mo.-X", "2"), "", "1"),
    "commits do not count": (affected("demo") | {"ranges": [GIT]}, "", "0 1 99"),
    "commits beside versions": (affected("demo") | {"ranges": [GIT], "versions": ["1.0"]}, "1.0", "0.9 1.1"),
    "another ecosystem": (until("demo", "2") | {"package": {"ecosystem": "npm", "name": "demo"}}, "", "1"),
    "neither a range nor a version": (affected("demo"), "", "0 1"),
}  # fmt: skip


def ids(asked: str, *documents: dict[str, Any]) -> list[tuple[str, ...]]:
    anchor = document("GHSA-0", until("anchor", "1"))  # a snapshot has to hold something
    files = {f"{n}.json": encoded(one) for n, one in enumerate((anchor, *documents))}
    found = OsvSnapshot(lambda: from_files(files)).scan(frozenset({pin(asked)})).found[pin(asked)]
    return [(one.id, *one.aliases) for one in found]


@pytest.mark.parametrize(("entry", "yes", "no"), RULES.values(), ids=RULES)
def test_which_versions_are_affected(entry, yes, no):
    record = document("GHSA-1", entry)
    assert {version: ids(f"demo=={version}", record) for version in yes.split()} == {
        version: [("GHSA-1",)] for version in yes.split()
    }
    assert {version: ids(f"demo=={version}", record) for version in no.split()} == {
        version: [] for version in no.split()
    }


@pytest.mark.parametrize("spelling", ["De-Mo_X", "de.mo.x", "DE--MO__X", "de-mo-x"])
def test_a_name_is_one_in_every_spelling(spelling):
    assert ids("de_mo.X==1", document("GHSA-1", until(spelling, "2"))) == [("GHSA-1",)]


def test_a_withdrawn_record_affects_nothing_and_rates_nothing():
    gone = document("GHSA-1", until("demo", "2"), withdrawn="2024-06-01T00:00:00Z", aliases=["CVE-1"])
    assert ids("demo==1", gone) == []
    assert ids("demo==1", gone, document("PYSEC-1", until("demo", "2"), aliases=["CVE-1"])) == [
        ("PYSEC-1", "CVE-1")
    ]


def test_aliases_join_and_related_records_do_not():
    one = document("PYSEC-1", until("demo", "2"), aliases=["CVE-1"], related=["GHSA-2"])
    bridge = document("GHSA-1", until("demo", "2"), aliases=["CVE-1", "CVE-2"])
    other = document("GHSA-2", until("demo", "2"), related=["PYSEC-1"])
    third = document("OSV-9", until("demo", "2"), aliases=["CVE-2"])
    assert ids("demo==1", one, bridge, other, third) == [
        ("GHSA-1", "PYSEC-1", "CVE-1", "CVE-2", "OSV-9"),
        ("GHSA-2",),
    ]


def test_malicious_packages_go_by_their_own_id():
    evil = document("MAL-2024-1", affected("evil", {"introduced": "0"}), aliases=["GHSA-1"])
    assert ids("evil==1", evil, document("GHSA-1", until("evil", "9"))) == [("MAL-2024-1", "GHSA-1")]
