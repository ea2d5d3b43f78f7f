"""`proctor hook`: what is staged counts, and only the skills that a commit touches are looked at."""

from __future__ import annotations

import gc
import os
import subprocess

import pytest

from tests.cli.conftest import POLICY, SKILL_MD, lock, packaged, prompt


@pytest.fixture
def stage(repo, monkeypatch):
    """Write files, stage them, and stand in the repository as git does when it calls a hook."""
    monkeypatch.chdir(repo.path)
    monkeypatch.delenv("GIT_INDEX_FILE", raising=False)

    def staged(files):
        repo.write(files)
        repo.git("add", "--all")
        return [name for name, content in files.items() if content is not None]

    return staged


def test_a_sound_skill_passes_without_a_word(proctor, stage):
    result = proctor("hook", "check", *stage(packaged("tables", "pandas")))
    assert result == (0, "", "")


def test_a_denied_package_is_told_with_its_line(proctor, stage):
    result = proctor("hook", "check", *stage(packaged("tables", "evil")))
    assert result.code == 1
    assert "skills/tables/skill.yaml:4" in result.out
    assert "steals keys" in result.out


def test_python_without_a_manifest_fails(proctor, stage):
    result = proctor("hook", "check", *stage({**prompt("new"), "skills/new/run.py": "import pandas\n"}))
    assert (result.code, "skills/new" in result.out) == (1, True)


def test_only_touched_skills_are_examined(proctor, repo, stage):
    repo.commit(packaged("bad", "evil"))
    assert proctor("hook", "check", *stage(packaged("tables", "pandas"))).code == 0
    assert proctor("hook", "check", "README.md").code == 0
    assert proctor("hook", "check").code == 0
    assert proctor("hook", "check", "skills/bad/run.py").code == 1


def test_a_file_that_a_skill_links_to_touches_it(proctor, repo, stage):
    repo.commit({**packaged("bad", "evil"), "shared/notes.md": "x\n"})
    (repo.path / "skills/bad/notes.md").symlink_to("../../shared/notes.md")
    repo.git("add", "--all")
    assert proctor("hook", "check", "shared/notes.md").code == 1


def test_a_file_that_is_taken_away_touches_its_skill(proctor, repo, stage):
    """pre-commit names no file that the commit deletes, nor the old name of one that it moves."""
    repo.commit({**packaged("tables", "pandas"), **packaged("bad", "evil")})
    stage({"skills/tables/pylock.toml": None, "README.md": "x\n"})
    done = proctor("hook", "check", "README.md")
    assert (done.code, "skills/tables" in done.out, "skills/bad" in done.out) == (1, True, False)


def test_a_name_that_is_not_utf8_touches_its_skill(proctor, repo, stage):
    repo.commit(packaged("bad", "evil"))
    name = os.fsdecode(b"skills/bad/caf\xe9.txt")
    (repo.path / name).write_bytes(b"x")
    repo.git("add", "--all")
    assert proctor("hook", "check", name).code == 1


def test_the_index_counts_and_not_the_disk(proctor, repo, stage):
    names = stage(packaged("tables", "evil"))
    repo.write({"skills/tables/skill.yaml": "version: 1\npackages: []\n"})
    assert proctor("hook", "check", *names).code == 1
    stage(packaged("tables", "pandas"))
    repo.write(packaged("tables", "evil"))
    assert proctor("hook", "check", *names).code == 0


def test_the_index_that_git_names_is_the_one(proctor, repo, stage, monkeypatch):
    repo.write(packaged("tables", "evil"))
    other = repo.path / ".git/next-index.lock"
    other.write_bytes((repo.path / ".git/index").read_bytes())
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/next-index.lock")
    assert proctor("hook", "check", "skills/tables/skill.yaml").code == 0  # staged nowhere yet
    subprocess.run(["git", "add", "--all"], cwd=repo.path, check=True)  # into the index of the environment
    assert proctor("hook", "check", "skills/tables/skill.yaml").code == 1
    monkeypatch.delenv("GIT_INDEX_FILE")
    assert proctor("hook", "check", "skills/tables/skill.yaml").code == 0


def test_a_lock_out_of_step_fails_both(proctor, stage):
    files = {**packaged("tables", "pandas"), "skills/tables/pylock.toml": lock("numpy")}
    names = stage(files)
    for name in ("check", "lock-check"):
        result = proctor("hook", name, *names)
        assert result.code == 1
        assert "proctor lock skills/tables" in result.out


def test_lock_check_leaves_the_policy_to_the_other(proctor, stage):
    names = stage(packaged("tables", "evil"))
    assert proctor("hook", "lock-check", *names).code == 0
    assert proctor("hook", "check", *names).code == 1


def test_a_missing_lock_is_no_pass(proctor, stage):
    files = packaged("tables", "pandas")
    del files["skills/tables/pylock.toml"]
    assert proctor("hook", "check", *stage(files)).code == 1


def test_a_policy_that_cannot_be_read_stops_any_commit(proctor, stage):
    names = stage({"policies/maturity.yaml": "version: 1\ndefault_maturity: senior\n"})
    result = proctor("hook", "check", *names)
    assert (result.code, "policies/maturity.yaml:2" in result.err) == (2, True)


def test_a_file_in_conflict_is_no_pass(proctor, repo, stage):
    repo.commit(packaged("tables", "pandas"))
    repo.checkout("other", new=True)
    repo.commit({"skills/tables/skill.yaml": "version: 1\npackages: []\n"})
    repo.checkout("main")
    repo.commit({"skills/tables/skill.yaml": "version: 1\npackages: [numpy]\n"})
    repo.git("merge", "-q", "other", check=False)
    assert proctor("hook", "check", "skills/tables/skill.yaml").code != 0


def test_a_repository_inside_another_folder(proctor, repo, stage):
    nested = {f"agents/{name}": text for name, text in {**POLICY, **packaged("tables", "evil")}.items()}
    names = stage(nested)
    assert proctor("hook", "check", "--path", "agents", *names).code == 1
    assert proctor("hook", "check", "--path", "agents", "skills/notes/SKILL.md").code == 0


def test_names_of_a_hostile_repository_are_shown_safely(proctor, stage):
    files = packaged("tables", "evil")
    files["skills/tables/SKILL.md"] = SKILL_MD.format(name="\x1b[2Jtables")
    result = proctor("hook", "check", *stage(files))
    assert (result.code, "\x1b" in result.out) == (1, False)


def test_the_collector_works_again_afterwards(proctor, stage):
    proctor("hook", "check", *stage(packaged("tables", "pandas")))
    assert gc.isenabled()
