"""Published advisories in the shapes of GHSA, PYSEC and MAL records: what every engine here makes of them.

Identifiers, names, versions, vectors and dates are facts; the words are ours. The malicious ones are those of
the OpenSSF's malicious-packages, the others those of `examples/README.md`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.engines.advisories import from_files
from checker.engines.http import Http
from checker.engines.osv import OsvOnline, OsvSnapshot
from checker.engines.pip_audit import PipAudit
from tests.support.osv import pin
from tests.support.osv_api import osv_over

FOLDERS = (Path(__file__).parent / "facts", Path(__file__).parents[2] / "examples/advisories")
#: What is locked → its advisories, as ids and severity; a record that was withdrawn counts for nobody.
SAID = {
    "3web==1.0.0": {("MAL-2024-9933", "malicious")},
    "3web==1.0.1": set(),
    "3m-promo-gen-api==1.0": {("MAL-2024-4725", "malicious")},
    "3M_Promo.Gen-API==1.0.0": {("MAL-2024-4725", "malicious")},
    "mistune==2.0.2": {("GHSA-fw3v-x4f2-v673 CVE-2022-34749 PYSEC-2022-237", "critical")},
    "mistune==2.0.3": set(),
}


def snapshot():
    return from_files({path.name: path.read_bytes() for folder in FOLDERS for path in folder.glob("*.json")})


def test_every_shape_is_there_and_can_be_read():
    read = snapshot()
    assert read.skipped == ()
    assert {name.partition("-")[0] for name in read.database.ids()} == {"MAL", "GHSA", "PYSEC"}


@pytest.mark.parametrize("engine", ["offline", "online", pytest.param("pip-audit", marks=pytest.mark.slow)])
def test_engines_agree_on_published_facts(engine):
    known = snapshot()
    with osv_over(known.database) as server, Http("osv") as http:
        scanner = {
            "offline": lambda: OsvSnapshot(lambda: known),
            "online": lambda: OsvOnline(http, server.url),
            "pip-audit": lambda: PipAudit(lambda: known),
        }[engine]()
        found = scanner.scan(frozenset(map(pin, SAID))).found
    said = {
        text: {(" ".join([one.id, *sorted(one.aliases)]), one.severity.value) for one in found[pin(text)]}
        for text in SAID
    }
    assert said == SAID
