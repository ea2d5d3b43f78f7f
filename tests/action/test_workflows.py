"""Every workflow passes the real linters, and says no more than it must."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.action.conftest import ROOT

EXAMPLES = sorted((ROOT / "examples/workflows").glob("*.yml"))
OWN = sorted((ROOT / ".github/workflows").glob("*.yml"))
#: Where a commit of ours has to be put in. No commit has this name, so that it fails where it was forgotten.
OURS = f"OWNER/proctor@{'0' * 40}"


def tool(name):
    found = shutil.which(name, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    assert found, f"{name} is not installed: run `make setup`"
    return found


def lint(*argv):
    done = subprocess.run([tool(argv[0]), *argv[1:]], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_there_is_one_for_each_purpose():
    names = {path.stem for path in EXAMPLES}
    assert names == {"pull-request", "sharded", "fork-comment", "schedule", "merge-queue"}


def test_actionlint_has_nothing_to_say():
    lint("actionlint", *map(str, EXAMPLES + OWN))


def test_zizmor_has_nothing_to_say():
    lint(
        "zizmor", "--offline", "--strict-collection", "--no-progress", "--persona=pedantic", "action.yml",
        *map(str, EXAMPLES + OWN),
    )  # fmt: skip


@pytest.mark.parametrize("path", EXAMPLES + OWN, ids=lambda path: path.stem)
def test_what_they_use_is_pinned_and_their_tokens_begin_with_nothing(path):
    workflow = yaml.safe_load(path.read_text())
    assert workflow["permissions"] == {}
    for used in re.findall(r"uses: (\S+)", path.read_text()):
        assert used.startswith("./") or re.fullmatch(r"[\w.-]+(?:/[\w.-]+)+@[0-9a-f]{40}", used), used
        assert not used.endswith("0" * 40) or used == OURS


def test_one_action_has_one_commit_everywhere():
    everywhere = {}
    for text in (file.read_text() for file in EXAMPLES + OWN):
        for name, pin in re.findall(r"uses: (\S+)@(.+)", text):
            assert everywhere.setdefault(name, pin) == pin


def test_a_pull_request_that_is_pointed_to_another_branch_is_examined_again():
    """A check belongs to a commit, not to a branch: it would stay green by the policy of the first branch."""
    workflow = yaml.safe_load((ROOT / "examples/workflows/pull-request.yml").read_text())
    types = workflow[True]["pull_request"]["types"]  # YAML takes the key `on` for a truth value
    assert {"opened", "synchronize", "reopened", "edited"} == set(types)


def test_the_trusted_job_checks_nothing_out():
    job = yaml.safe_load((ROOT / "examples/workflows/fork-comment.yml").read_text())["jobs"]["comment"]
    uses = [step["uses"].partition("@")[0] for step in job["steps"] if "uses" in step]
    assert uses == ["OWNER/proctor", "actions/download-artifact"], (
        "the program first, then what an author wrote"
    )
    assert job["permissions"] == {"actions": "read", "contents": "read", "pull-requests": "write"}


def test_one_required_check_holds_for_pull_requests_and_the_queue():
    jobs = [
        yaml.safe_load((ROOT / f"examples/workflows/{name}.yml").read_text())["jobs"]["proctor"]["name"]
        for name in ("pull-request", "sharded", "merge-queue")
    ]
    assert jobs == ["proctor"] * 3


def test_the_job_that_joins_parts_cannot_be_skipped_and_runs_nothing_of_the_change():
    jobs = yaml.safe_load((ROOT / "examples/workflows/sharded.yml").read_text())["jobs"]
    assert jobs["proctor"]["if"] == "always()", "a required check that is skipped counts as passed"
    assert jobs["examine"]["strategy"]["fail-fast"] is False
    uses = [step["uses"].partition("@")[0] for step in jobs["proctor"]["steps"] if "uses" in step]
    assert uses == ["OWNER/proctor", "actions/download-artifact", "actions/upload-artifact"]
    writing = {name for name, job in jobs.items() if "write" in job["permissions"].values()}
    assert writing == {"proctor"}
