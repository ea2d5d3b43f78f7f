"""The hooks under the real pre-commit: installed from this repository, then run with the network cut."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from checker.cli import hook
from tests.cli.conftest import POLICY, lock, packaged
from tests.support.repos import ENV, ScratchRepo

ROOT = Path(__file__).parents[2]
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
#: For machines that let nobody cut it for real: nothing answers at these addresses.
NOWHERE = {
    "HTTP_PROXY": "http://127.0.0.1:9",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "PIP_NO_INDEX": "1",
    "UV_OFFLINE": "1",
}


def test_every_hook_calls_a_command_that_is_there():
    assert [h["id"] for h in HOOKS] == ["proctor-check", "proctor-lock-check"]
    assert {h["entry"] for h in HOOKS} == {f"proctor hook {name}" for name in hook.command.commands}
    assert {h["language"] for h in HOOKS} == {"python"}


def cut() -> list[str]:
    """What to put before a command so that it has no network, where the system allows that."""
    unshare = shutil.which("unshare")
    for options in (["--net"], ["--net", "--map-root-user"]):
        if unshare and subprocess.run([unshare, *options, "true"], capture_output=True).returncode == 0:
            return [unshare, *options]
    return []


@pytest.fixture(scope="module")
def committed(tmp_path_factory):
    """A function that writes files and commits them under the hooks: exit code, output."""
    folder = tmp_path_factory.mktemp("pre-commit")
    source = ScratchRepo(folder / "proctor")
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in filter(None, tracked.decode().split("\0")):
        if (ROOT / name).is_file():
            (source.path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, source.path / name)
    hooks = [{"id": h["id"]} for h in HOOKS]
    config = {"repos": [{"repo": str(source.path), "rev": source.commit(), "hooks": hooks}]}
    repo = ScratchRepo(folder / "repo")
    repo.commit({**POLICY, ".pre-commit-config.yaml": yaml.safe_dump(config)})
    environment = {**os.environ, **ENV, "PRE_COMMIT_HOME": str(folder / "home")}
    pre_commit = [sys.executable, "-m", "pre_commit"]
    subprocess.run([*pre_commit, "install", "--install-hooks"], cwd=repo.path, env=environment, check=True)

    def commit(files, *arguments, disk=None):
        repo.write(files)
        repo.git("add", "--all")
        repo.write(disk or {})
        call = [*cut(), "git", "commit", "-q", "-m", "change", *arguments]
        done = subprocess.run(
            call, cwd=repo.path, env={**environment, **NOWHERE}, capture_output=True, text=True
        )
        repo.git("reset", "-q", "--hard")
        return done.returncode, done.stdout + done.stderr

    return commit


pytestmark = [pytest.mark.timeout(600)]
slow = [pytest.mark.slow, pytest.mark.network]


class TestRealPreCommit:
    pytestmark = slow

    def test_a_sound_skill_is_committed(self, committed):
        code, out = committed(packaged("tables", "pandas"))
        assert code == 0, out
        assert out.count("Passed") == 2

    def test_a_denied_package_is_not(self, committed):
        code, out = committed(packaged("bad", "evil"))
        assert code == 1
        assert "skills/bad/skill.yaml:4" in out
        assert "steals keys" in out

    def test_a_lock_out_of_step_is_not(self, committed):
        code, out = committed({**packaged("loose", "pandas"), "skills/loose/pylock.toml": lock("numpy")})
        assert code == 1
        assert out.count("Failed") == 2

    def test_what_is_on_disk_only_does_not_count(self, committed):
        mended = {"skills/bad/skill.yaml": "version: 1\npackages: []\n"}
        assert committed(packaged("bad", "evil"), disk=mended)[0] == 1

    def test_a_commit_of_some_files_is_judged_by_those(self, committed):
        files = {**packaged("one", "pandas"), **packaged("two", "evil")}
        assert committed(files, "--", "skills/two")[0] == 1
        code, out = committed(files, "--", "skills/one")
        assert code == 0, out

    def test_a_commit_without_a_skill_is_no_ones_business(self, committed):
        code, out = committed({"README.md": "hello\n"})
        assert code == 0, out
