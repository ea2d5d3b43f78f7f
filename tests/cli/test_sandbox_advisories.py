"""`proctor sandbox build` and `run` ask for advisories first: nothing malicious is built by hand, either.

There is no engine here: a call that gets as far as building ends with exit code 3 and names it.
"""

from __future__ import annotations

import pytest

from tests.cli.conftest import packaged
from tests.support.osv import CVSS_CRITICAL, affected, document, export, until

MALICIOUS = document("MAL-2026-1", affected("pandas", {"introduced": "0"}), modified="2026-11-20T00:00:00Z")
CRITICAL = document("GHSA-1", until("pandas", "3"), severity=[CVSS_CRITICAL], modified="2026-11-20T00:00:00Z")
NOW = ("--now", "2026-11-22")
POLICY = "version: 1\nextends: default\nadvisories: {engines: [osv], require: [osv]}\n"


@pytest.fixture
def tables(repo, monkeypatch, tmp_path):
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none")
    repo.commit({**packaged("tables", "pandas"), "policies/maturity.yaml": POLICY})
    return repo


@pytest.fixture
def build(proctor, tables, tmp_path):
    def call(*options, records=(), command=("build", "tables")):
        if records:
            (tmp_path / "all.zip").write_bytes(export(*records))
            options = ("--advisories", tmp_path / "all.zip", *options)
        return proctor("sandbox", *command, "--path", tables.path, "--offline", *NOW, *options)

    return call


@pytest.mark.parametrize("command", [("build", "tables"), ("run", "tables", "run.py")])
def test_what_an_advisory_calls_malicious_is_not_built(build, command):
    refused = build(records=[CRITICAL, MALICIOUS], command=command)
    assert refused.code == 1
    assert "pandas 2.2 is malicious by MAL-2026-1" in refused.out
    assert "GHSA-1" not in refused.out


def test_other_advisories_keep_nobody_from_building(build):
    assert through(build(records=[CRITICAL]))


def test_an_engine_that_owes_the_answer_keeps_from_building(build, tmp_path):
    (tmp_path / "broken.zip").write_bytes(b"no zip")
    refused = build("--advisories", tmp_path / "broken.zip")
    assert (refused.code, "not a zip that can be read" in refused.out) == (3, True)
    assert "--no-advisories builds without asking" in refused.err


def test_without_asking_it_is_said(build, tmp_path):
    (tmp_path / "broken.zip").write_bytes(b"no zip")
    told = build("--advisories", tmp_path / "broken.zip", "--no-advisories")
    assert through(told)
    assert "no advisory engine was asked: --no-advisories" in told.err


def test_offline_without_a_snapshot_it_is_said(build):
    told = build()
    assert through(told)
    assert "no advisory engine was asked: --offline, and no advisory snapshot was given" in told.err


def through(told):
    return told.code == 3 and "docker" in told.err.lower()
