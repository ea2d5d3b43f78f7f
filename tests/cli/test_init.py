"""`proctor init` on real folders: what it writes, what it leaves, and that it stays inside."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from checker.cli.new_files import NotWrittenError, write_new
from checker.commands.init.starters import PRE_COMMIT, WORKFLOW
from checker.engines.worktree import WorkTree
from checker.load.policy import load_policy
from checker.load.policy_files import MATURITY, PACKAGES, WAIVERS
from tests.cli.conftest import plain, prompt

ROOT = Path(__file__).parents[2]
SKILLS = {
    **prompt("notes"),
    **prompt("tables"),
    "skills/tables/requirements.txt": "pandas>=2.2\n",
    "skills/tables/run.py": "import pandas\nimport yaml\nimport cv2\n",
    **prompt("plain"),
    "skills/plain/run.py": "import json\n",
}
TABLES = """\
# Written by `proctor init` from what this skill's files say. From now on this file is what counts.
version: 1
packages:
  - pandas>=2.2  # requirements.txt:1
  - pyyaml  # imported in run.py:2; nothing declared it
# To decide:
#   `cv2` is imported and nothing declares it: declare the one that is meant of opencv-python, \
opencv-python-headless, opencv-contrib-python, opencv-contrib-python-headless (run.py:3)
"""


@pytest.fixture
def skills(tmp_path):
    return plain(tmp_path / "repo", SKILLS)


def content(folder):
    """Every file and link below `folder`, as text."""
    return {
        path.relative_to(folder).as_posix(): path.readlink() if path.is_symlink() else path.read_text()
        for path in folder.rglob("*")
        if path.is_symlink() or path.is_file()
    }


def test_it_writes_what_is_missing_and_nothing_else(proctor, skills):
    result = proctor("init", skills, "--no-lock")
    assert result.code == 0
    new = {name: text for name, text in content(skills).items() if name not in SKILLS}
    assert set(new) == {
        "skills/tables/skill.yaml",
        "skills/plain/skill.yaml",
        MATURITY,
        PACKAGES,
        WORKFLOW,
        PRE_COMMIT,
    }
    assert new["skills/tables/skill.yaml"] == TABLES
    assert {name: content(skills)[name] for name in SKILLS} == SKILLS


def test_the_policy_that_it_proposes_lets_nothing_in(proctor, skills):
    proctor("init", skills, "--no-lock")
    entries = load_policy(WorkTree(skills)).entries
    assert {name: (e.status.value, e.reason) for name, (e,) in entries.items()} == {
        "pandas": ("pending", "skills/tables declares it (requirements.txt:1)"),
        "pyyaml": ("pending", "skills/tables imports it (run.py:2)"),
    }


def test_what_it_could_not_tell_is_said_with_its_place(proctor, skills):
    out = proctor("init", skills, "--no-lock").out
    assert (
        "skills/tables: skill.yaml written, 2 packages\n  ? skills/tables/run.py:3: `cv2` is imported" in out
    )
    assert "skills/plain: skill.yaml written, no packages\n" in out
    assert "skills/notes" not in out


def test_a_second_run_changes_nothing_and_a_new_skill_is_added(proctor, skills):
    proctor("init", skills, "--no-lock")
    before = content(skills)
    again = proctor("init", skills, "--no-lock")
    assert (again.code, content(skills)) == (0, before)
    plain(skills, {**prompt("new"), "skills/new/run.py": "import rich\n"})
    out = proctor("init", skills, "--no-lock").out
    assert (skills / "skills/new/skill.yaml").exists()
    assert f"left alone: {PACKAGES}: 1 packages that skills use have no entry in it; add\n" in out
    assert "      - name: rich\n        status: pending\n" in out
    assert content(skills)[PACKAGES] == before[PACKAGES]


def test_nothing_is_overwritten(proctor, skills):
    own = {
        MATURITY: "version: 1\nextends: strict\n",
        "skills/tables/skill.yaml": "version: 1\npackages: [numpy]\n",
        WORKFLOW: "name: mine\n",
        PRE_COMMIT: "repos: []\n",
    }
    plain(skills, own)
    out = proctor("init", skills, "--no-lock").out
    assert {name: content(skills)[name] for name in own} == own
    assert f"left alone: {PRE_COMMIT}: it does not mention Proctor; add\n    repos:\n" in out
    assert (
        load_policy(WorkTree(skills)).entries["numpy"][0].reason == "skills/tables/skill.yaml:2 declares it"
    )


def test_a_dry_run_writes_nothing(proctor, skills):
    result = proctor("init", skills, "--no-lock", "--dry-run")
    assert (result.code, content(skills)) == (0, SKILLS)
    assert "skills/tables: would write skill.yaml, 2 packages" in result.out
    assert f"would write {MATURITY}" in result.out


def test_the_level_goes_into_every_manifest_that_it_writes(proctor, skills):
    proctor("init", skills, "--no-lock", "--level", "supervised")
    assert "maturity: supervised\n" in (skills / "skills/plain/skill.yaml").read_text()


def test_after_it_every_skill_has_a_clear_state(proctor, skills):
    proctor("init", skills, "--no-lock")
    call = (
        "check",
        skills,
        "--worktree",
        "--offline",
        "--no-sandbox",
        "--only",
        "manifest",
        "--format",
        "json",
    )
    verdict = json.loads(proctor(*call).out)
    assert {skill["decision"] for skill in verdict["skills"]} == {"pass"}


def test_a_manifest_of_the_wrong_name_is_named(proctor, skills):
    plain(skills, {"skills/plain/skill.yml": "version: 1\n"})
    out = proctor("init", skills, "--no-lock").out
    assert "skills/plain/skill.yml: not read under this name: rename it to skill.yaml" in out
    assert not (skills / "skills/plain/skill.yaml").exists()


def test_a_broken_policy_ends_it_before_anything_is_written(proctor, skills):
    plain(skills, {MATURITY: "version: 1\ndefault_maturity: senior\n"})
    before = content(skills)
    result = proctor("init", skills, "--no-lock")
    assert (result.code, content(skills)) == (2, before)
    assert f"{MATURITY}:2" in result.err


def test_no_skill_is_a_usage_error(proctor, tmp_path):
    result = proctor("init", plain(tmp_path / "empty", {"README.md": "x"}), "--no-lock")
    assert (result.code, "no skill found" in result.err) == (2, True)


@pytest.mark.parametrize("name", ["policies", ".github", ".github/workflows"])
def test_a_link_in_the_place_of_a_folder_is_not_followed(proctor, skills, tmp_path, name):
    outside = tmp_path / "outside"
    outside.mkdir()
    (skills / name).parent.mkdir(exist_ok=True)
    (skills / name).symlink_to(outside)
    result = proctor("init", skills, "--no-lock")
    assert list(outside.iterdir()) == []
    assert result.code == 1
    assert f"not written: {name}" in result.out
    assert "is a symbolic link; it would hold\n" in result.out


@pytest.mark.parametrize("name", [WORKFLOW, PRE_COMMIT, PACKAGES, WAIVERS])
def test_a_link_in_the_place_of_a_file_is_not_written_through(proctor, skills, tmp_path, name):
    target = tmp_path / "target"
    (skills / name).parent.mkdir(parents=True, exist_ok=True)
    (skills / name).symlink_to(target)
    proctor("init", skills, "--no-lock")
    assert not target.exists()


def test_files_that_git_does_not_see_are_not_overwritten(proctor, tmp_path, repo):
    repo.commit({**SKILLS, ".gitignore": "*.yml\nskill.yaml\n"})
    repo.write({WORKFLOW: "mine\n", "skills/plain/skill.yaml": "mine\n"})
    result = proctor("init", repo.path, "--no-lock")
    assert (repo.path / WORKFLOW).read_text() == "mine\n"
    assert (repo.path / "skills/plain/skill.yaml").read_text() == "mine\n"
    assert f"not written: {WORKFLOW}: it is there already" in result.out


def test_hostile_names_are_shown_safely(proctor, skills):
    plain(skills, {"skills/plain/a\x1b[2J\n::error::.py": "import cv2\n"})
    out = proctor("init", skills, "--no-lock").out
    assert "\x1b" not in out
    assert not any(line.startswith("::") for line in out.splitlines())


def test_the_starting_files_are_valid_and_ask_for_no_more_than_they_need(proctor, skills):
    proctor("init", skills, "--no-lock")
    workflow = yaml.safe_load((skills / WORKFLOW).read_text())
    assert workflow["permissions"] == {}
    assert workflow["jobs"]["proctor"]["permissions"] == {"contents": "read", "pull-requests": "write"}
    assert (skills / WORKFLOW).read_bytes() == (ROOT / "examples/workflows/pull-request.yml").read_bytes()
    (hook,) = yaml.safe_load((skills / PRE_COMMIT).read_text())["repos"][0]["hooks"]
    assert hook["entry"] == "proctor hook check"


def test_write_new_makes_folders_and_refuses_what_is_there(tmp_path):
    write_new(tmp_path, "a/b/c.txt", "x")
    assert (tmp_path / "a/b/c.txt").read_text() == "x"
    for name in ("a/b/c.txt", "a/b", "a/b/c.txt/d"):
        with pytest.raises(NotWrittenError):
            write_new(tmp_path, name, "y")
