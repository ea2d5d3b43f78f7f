"""Every benchmark of advisories and discovery at small sizes: rows that hold figures, or say what is missing."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks import adoption, clones, decision, discovery, osv_many, osv_offline, osv_online, truth
from benchmarks.__main__ import PARTS
from tests.support.osv import document, export, until

ROOT = Path(__file__).parents[2]


def test_what_is_not_here_is_said(monkeypatch):
    monkeypatch.setenv("PROCTOR_CLONES", "/nowhere")
    monkeypatch.setenv("PROCTOR_ADVISORIES", "/nowhere")
    for part in (adoption, discovery, truth, osv_offline):
        rows = part.rows(tiny=True)
        assert rows
        assert all(row.median.startswith("not measured: no ") and row.met is None for row in rows)


def test_a_clone_is_looked_for_by_owner_and_name(monkeypatch, tmp_path):
    monkeypatch.setenv("PROCTOR_CLONES", str(tmp_path))
    (tmp_path / "owner--name").mkdir()
    assert clones.absent("owner/name") == ""
    assert "no clone of owner/other (PROCTOR_CLONES)" in clones.absent("owner/name", "owner/other")


def test_each_part_has_rows_of_every_size():
    assert all(callable(part.rows) for part in PARTS.values())
    assert decision.rows(tiny=True)[0].limit


@pytest.mark.slow
def test_both_sides_of_an_online_scan_find_the_same():
    rows = {row.what: row for row in osv_online.rows(tiny=True)}
    assert rows["· vulnerable distributions that each side found"].median == "2 and 2"
    assert rows["· ratio"].limit == "≥ 20 x"


@pytest.mark.slow
def test_many_skills_have_both_ratios_and_their_overlap():
    rows = osv_many.rows(tiny=True)
    assert [row.what for row in rows].count("· ratio") == 2
    assert any("locked distributions" in row.median for row in rows)


@pytest.mark.slow
def test_a_snapshot_is_timed_cold_and_warm(monkeypatch, tmp_path):
    (tmp_path / "all.zip").write_bytes(export(document("GHSA-1", until("demo", "2") | {"versions": ["1.0"]})))
    monkeypatch.setenv("PROCTOR_ADVISORIES", str(tmp_path))
    script = tmp_path / "proctor"
    script.write_text(f"#!{sys.executable}\nfrom checker.cli import main\nmain()\n")
    script.chmod(0o755)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setattr(
        osv_offline, "proctor", lambda: str(script)
    )  # this environment may not have it installed
    rows = {row.what: row for row in osv_offline.rows(tiny=True)}
    assert rows["· findings"].median == "1"
    assert {row.limit for row in rows.values()} == {"", "≤ 1.50 s", "≤ 6.00 s"}
