"""`proctor advisories`, and runs over what it pulled. docs/advisories-gate.md shows this very session."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from tests.cli.conftest import packaged
from tests.support.export_server import ExportServer
from tests.support.osv import CVSS_HIGH, document, encoded, until

PAGE = (Path(__file__).parents[2] / "docs/advisories-gate.md").read_text(encoding="utf-8")
NOW = ("--now", "2026-11-22")
DATED = {"modified": "2026-11-20T00:00:00Z", "published": "2026-11-18T00:00:00Z", "severity": [CVSS_HIGH]}
RECORDS = [
    document("GHSA-aaaa-bbbb-cccc", until("pandas", "2.3"), **DATED),
    document("GHSA-dddd-eeee-ffff", until("numpy", "1.22"), **DATED),
    document("PYSEC-2026-7", until("numpy", "1.1"), withdrawn="2026-11-19T00:00:00Z", **DATED),
]


def stored(*documents):
    """An export whose bytes are the same everywhere: nothing compressed, no dates."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for one in documents:
            archive.writestr(zipfile.ZipInfo(f"{one['id']}.json"), encoded(one))
    return buffer.getvalue()


EXPORT = stored(*RECORDS)


@pytest.fixture
def server():
    with ExportServer(EXPORT) as made:
        yield made


def shown(text, server):
    """Output as the page has it: one address, one file."""
    return text.replace(server.url, "https://mirror.example/PyPI/all.zip")


def test_the_session_on_the_page(proctor, repo, server):
    said = proctor("advisories", "pull", "--path", repo.path, "--url", server.url, *NOW)
    assert said.code == 0
    pulled = shown(said.out, server)
    status = proctor("advisories", "status", "--path", repo.path, *NOW)
    verified = proctor("advisories", "verify", "--path", repo.path)
    assert (status.code, verified.code) == (0, 0)
    session = (
        f"$ proctor advisories pull\n{pulled}"
        f"$ proctor advisories status\n{shown(status.out, server)}"
        f"$ proctor advisories verify\n{shown(verified.out, server)}"
    )
    assert f"```console\n{session}```" in PAGE, session


def test_nothing_pulled_and_too_old_are_exit_code_3(proctor, repo, server):
    nothing = proctor("advisories", "status", "--path", repo.path)
    assert (nothing.code, "run `proctor advisories pull`" in nothing.err) == (3, True)
    proctor("advisories", "pull", "--path", repo.path, "--url", server.url, *NOW)
    old = proctor("advisories", "status", "--path", repo.path, "--now", "2026-12-24")
    assert (old.code, "too old, pull again" in old.out) == (3, True)


def test_the_policy_names_the_export(proctor, repo, server):
    repo.write({"policies/maturity.yaml": f"version: 1\nadvisories: {{export: '{server.url}'}}\n"})
    assert proctor("advisories", "pull", "--path", repo.path, *NOW).code == 0
    again = proctor("advisories", "pull", "--path", repo.path, *NOW)
    assert again.out.startswith("already the newest\n")


def test_a_server_that_does_not_answer_is_exit_code_3(proctor, repo, server):
    server.script.answer = lambda handler: handler.send(404, b"", 0)
    result = proctor("advisories", "pull", "--path", repo.path, "--url", server.url)
    assert (result.code, "answered 404" in result.err) == (3, True)


def test_altered_files_are_told(proctor, repo, server, tmp_path):
    proctor("advisories", "pull", "--path", repo.path, "--url", server.url, *NOW)
    (file,) = (tmp_path / "cache/advisories").glob("*.zip")
    file.write_bytes(b"PK")
    result = proctor("advisories", "verify", "--path", repo.path)
    assert (result.code, "altered on this machine" in result.out) == (1, True)


@pytest.mark.slow
def test_runs_over_what_was_pulled_repeat_bit_for_bit(proctor, repo, server):
    repo.commit(packaged("tables", "pandas"))
    proctor("advisories", "pull", "--path", repo.path, "--url", server.url, *NOW)
    call = ("check", repo.path, "--offline", "--no-sandbox", "--only", "vulnerabilities", "--format", "json")
    first, second = (proctor(*call, "--fresh", "--advisories", "pulled", *NOW) for _ in range(2))
    assert first[:2] == second[:2]  # the progress on standard error tells seconds
    verdict = json.loads(first.out)
    assert (first.code, "sha256:" in verdict["advisories"]) == (1, True)
    (finding,) = (f for s in verdict["skills"] for o in s["outcomes"] for f in o["findings"])
    assert (finding["subject"], finding["package"]) == ("GHSA-aaaa-bbbb-cccc", "pandas==2.2")
    assert finding["published"] == "2026-11-18T00:00:00Z"


def test_asking_for_what_was_never_pulled_is_inconclusive(proctor, repo):
    repo.commit(packaged("tables", "pandas"))
    call = ("check", repo.path, "--offline", "--no-sandbox", "--only", "vulnerabilities")
    result = proctor(*call, "--advisories", "pulled")
    assert (result.code, "nothing was pulled yet" in result.out) == (3, True)


@pytest.mark.slow
def test_days_to_fix_and_only_new_end_to_end(proctor, repo, server):
    days = "version: 1\nlevels: {intern: {fix_within_days: {high: 7}}}\n"
    repo.commit({**packaged("tables", "pandas"), "policies/maturity.yaml": days})
    proctor("advisories", "pull", "--path", repo.path, "--url", server.url, *NOW)
    call = (
        "check",
        repo.path,
        "--offline",
        "--no-sandbox",
        "--only",
        "vulnerabilities",
        "--advisories",
        "pulled",
    )
    in_time, too_late = (proctor(*call, "--now", day) for day in ("2026-11-25", "2026-11-26"))
    assert (in_time.code, too_late.code) == (0, 1)
    assert "only a warning, fails after 2026-11-25: today is the last day" in in_time.out
    assert "it was to be fixed by 2026-11-25" in too_late.out
    repo.git("checkout", "-q", "-b", "feature")
    repo.commit({"skills/tables/run.py": "print('changed')\n"})
    known = proctor(*call, "--now", "2026-11-26", "--base", "main", "--only-new")
    assert (known.code, "not new: the lock at the merge base had it already" in known.out) == (0, True)
