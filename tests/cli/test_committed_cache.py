"""What lies in the cache folder is believed, so no commit may fill it."""

from __future__ import annotations

import subprocess

import pytest

from tests.cli.conftest import packaged

CALL = ("--offline", "--no-sandbox", "--only", "packages", "--now", "2026-11-22")


def test_a_cache_folder_of_the_checkout_that_no_commit_holds_is_one(proctor, repo):
    repo.commit(packaged("tables", "pandas"))
    cache = repo.path / ".cache/proctor"
    assert proctor("check", repo.path, *CALL, "--cache", cache).code == 0
    assert proctor("check", repo.path, *CALL, "--cache", cache).code == 0


@pytest.mark.parametrize("command", ["check", "rescan"])
def test_one_that_a_commit_fills_is_refused(proctor, repo, command):
    repo.commit({**packaged("tables", "pandas"), ".cache/proctor/evidence/runs/x.json": "{}"})
    flags = CALL if command == "check" else ("--offline", "--now", "2026-11-22")
    done = proctor(command, repo.path, *flags, "--cache", repo.path / ".cache/proctor")
    assert (done.code, "is part of a commit" in done.err) == (2, True)


def test_nor_may_a_commit_lead_there_by_a_link(proctor, repo):
    repo.commit({**packaged("tables", "pandas"), "hidden/proctor/records/x.json": "{}"})
    (repo.path / ".cache").symlink_to("hidden")
    done = proctor("check", repo.path, *CALL, "--cache", repo.path / ".cache/proctor")
    assert (done.code, "is part of a commit" in done.err) == (2, True)


def test_before_the_first_commit_nothing_is_committed(proctor, tmp_path, repo):
    repo.commit(packaged("tables", "pandas"))
    subprocess.run(["git", "init", "-q", tmp_path / "empty"], check=True)
    assert proctor("check", repo.path, *CALL, "--cache", tmp_path / "empty/cache").code == 0
