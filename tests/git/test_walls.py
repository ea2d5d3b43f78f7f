"""Every wall around git, by what gets through without it; and once, all that git is told, for second walls.

Several of them stand behind another one, so that no test of behaviour alone could tell that one is gone.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from checker.engines.git import Git
from checker.engines.git.fetch import Remote
from checker.engines.worktree import WorkTree
from checker.errors import Unanswered, UsageError
from tests.git.test_hostile import SKILL, everything, make_racy, marker
from tests.support.github_server import REPOSITORY, WRITE, GitHubServer
from tests.support.repos import ScratchRepo

ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_SYSTEM": "/dev/null",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": "/dev/null",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_LITERAL_PATHSPECS": "1",
    "LC_ALL": "C",
}
SETTINGS = [
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.commitGraph=false",
    "advice.graftFileDeprecated=false",
    "protocol.allow=never",
    "protocol.ext.allow=never",
]
#: What keeps git out of submodules, away from what is configured of them, and from running anything.
FLAGS = {
    "diff-files": ["--no-ext-diff", "--no-renames", "--ignore-submodules=dirty"],
    "diff-index": ["--no-renames", "--ignore-submodules=none"],
}
#: An id of a commit, as it is handed to git.
REVISION = re.compile(r"\^?[0-9a-f]{40}(?:\^\{commit\})?\Z")


@dataclass(frozen=True)
class Call:
    """One process of git: its arguments, and its environment."""

    argv: list[str]
    env: dict[str, str]

    @property
    def settings(self) -> list[str]:
        return [value for flag, value in zip(self.argv, self.argv[1:], strict=False) if flag == "-c"]

    @property
    def arguments(self) -> list[str]:
        """From the name of the command on."""
        return self.argv[1 + 2 * len(self.settings) :]


class Calls:
    """A `git` in front of the real one that writes down how it was called."""

    def __init__(self, folder: Path) -> None:
        self._log = folder / "calls"
        self._log.mkdir(parents=True)
        program = folder / "git"
        note = f"env -0 > '{self._log}'/$$.env; printf '%s\\0' \"$@\" > '{self._log}'/$$.argv"
        program.write_text(f"#!/bin/sh\n{note}\nexec '{shutil.which('git')}' \"$@\"\n")
        program.chmod(0o755)

    def __iter__(self) -> Iterator[Call]:
        for file in self._log.glob("*.argv"):
            env = file.with_suffix(".env").read_text().split("\0")[:-1]
            yield Call(file.read_text().split("\0")[:-1], dict(variable.split("=", 1) for variable in env))


@pytest.fixture
def calls(tmp_path, repo, monkeypatch) -> list[Call]:
    """How git is called for everything that a repository is asked, in the environment of a hostile caller."""
    repo.commit({**SKILL, "a": "1"})
    for number in "234":
        repo.commit({"a": number})
    clone = repo.clone(tmp_path / "clone", "--depth=2")
    recorded = Calls(tmp_path / "bin")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    for name in ENVIRONMENT:
        monkeypatch.setenv(name, "hostile")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    everything(repo)
    (repo.path / "a").unlink()
    os.mkfifo(repo.path / "pipe")
    with Git(repo.path) as git:
        assert len(git.history(git.head(), "a")) == 4
        assert git.resolve(git.head()[:8]) == git.head()
        git.staged_away()
        git.staged().entries()
        WorkTree(repo.path, git).entries()
        assert git.dirty()
    with Git(clone.path) as git:
        git.merge_base(git.head(), git.head())
        with pytest.raises(UsageError, match="too shallow"):
            git.ever_held(git.head(), "policies")
    return list(recorded)


def test_every_call_has_the_whole_environment_and_every_option(calls):
    assert {call.arguments[0] for call in calls} == {
        *("cat-file", "check-ignore", "config", "diff-files", "diff-index", "ls-files", "ls-tree"),
        *("merge-base", "rev-list", "rev-parse", "show-ref"),
    }
    for call in calls:
        name = call.arguments[0]
        expected = {**ENVIRONMENT, **({"GIT_LITERAL_PATHSPECS": "0"} if name == "check-ignore" else {})}
        assert {key: call.env.get(key) for key in expected} == expected, name
        assert not {"HOME", "XDG_CONFIG_HOME"} & call.env.keys(), name
        assert set(FLAGS.get(name, ())) <= set(call.arguments), call.arguments
        assert (call.argv[0], call.settings) == ("--no-pager", SETTINGS), name


def test_no_revision_can_be_taken_for_an_option(calls):
    seen = set()
    for call in calls:
        places = [place for place, given in enumerate(call.arguments) if REVISION.match(given)]
        if places:
            name = call.arguments[0]
            assert "--end-of-options" in call.arguments[: places[0]], call.arguments
            seen.add((name, "--quiet" in call.arguments))
    assert {name for name, _ in seen} == {"ls-tree", "merge-base", "rev-list", "rev-parse", "diff-index"}
    assert all(call.arguments[-2] == "--" for call in calls if call.arguments[0] == "show-ref")


def test_what_the_machine_and_the_user_configured_does_not_count(repo, tmp_path, monkeypatch):
    """A list of ignored files would hide one from the listing, and from the question what is uncommitted."""
    repo.commit(SKILL)
    (tmp_path / "home/git").mkdir(parents=True)
    (tmp_path / "all").write_text("*\n")
    for name in ("home/.gitconfig", "home/git/config"):
        (tmp_path / name).write_text(f"[core]\n\texcludesFile = {tmp_path / 'all'}\n")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", str(tmp_path / "home/.gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "home/.gitconfig"))
    repo.write({"skills/a/new.py": "1"})
    with Git(repo.path) as git:
        assert git.dirty()
        assert "skills/a/new.py" in WorkTree(repo.path, git).entries()


def test_no_hook_runs_when_history_is_fetched(repo, tmp_path):
    ran, command = marker(repo)
    repo.commit(SKILL)
    clone = repo.clone(tmp_path / "clone")
    new = repo.commit({"a": "2"})
    (clone.path / ".git/hooks/reference-transaction").symlink_to(command)
    with GitHubServer(repository=repo.path) as server, Git(clone.path) as git:
        remote = Remote(f"{server.url}/{REPOSITORY}", WRITE)
        git.fetch(remote, {"refs/heads/main": "refs/proctor/base"})
        assert git.resolve("refs/proctor/base") == new
    assert not ran.exists()
    clone.git("update-ref", "refs/heads/x", "HEAD", check=False)
    assert ran.exists(), "the trap itself is dead"


def test_nothing_runs_in_a_submodule(repo):
    """It has a configuration of its own. Whether its content changed is none of our questions."""
    ran, command = marker(repo)
    inner = ScratchRepo(repo.path / "sub")
    inner.commit({"a": "1", ".gitattributes": "* filter=evil\n"})
    repo.commit(SKILL)
    inner.config("filter.evil.clean", command)
    make_racy(inner)
    with Git(repo.path) as git:
        assert not git.dirty()
        WorkTree(repo.path, git).entries()
    assert not ran.exists()
    repo.git("diff-files", check=False)
    assert ran.exists(), "the trap itself is dead"


def test_a_submodule_that_is_staged_elsewhere_is_a_change_whatever_is_configured(repo):
    modules = '[submodule "sub"]\n\tpath = sub\n\turl = ./sub\n\tignore = all\n'
    inner = ScratchRepo(repo.path / "sub")
    inner.commit({"a": "1"})
    repo.commit({**SKILL, ".gitmodules": modules})
    repo.config("submodule.sub.ignore", "all")
    repo.config("diff.ignoreSubmodules", "all")
    with Git(repo.path) as git:
        assert not git.dirty()
        inner.commit({"a": "2"})
        repo.git("update-index", "--cacheinfo", f"160000,{inner.head()},sub")
        assert git.dirty()
        repo.git("update-index", "--force-remove", "sub")
        assert git.staged_away() == {"sub"}


def test_a_revision_like_an_option_is_a_revision(repo, tmp_path):
    """Nobody hands one in today: every name becomes an id first."""
    head = repo.commit({"a": "1"})
    repo.branch("--all", head)
    repo.commit({"policies/x": "1", "a": "2"})
    with Git(repo.path) as git:
        with pytest.raises(Unanswered, match="merge-base"):
            git.merge_base("--octopus", head)
        with pytest.raises(Unanswered, match="ls-tree"):
            git.ever_held("--name-only", "HEAD")
        assert not git.ever_held("--all", "policies")
        assert [commit.id for commit in git.history("--all", "a")] == [head]


def test_a_revision_like_an_option_is_not_told_to_be_cut(repo, tmp_path):
    for number in "123":
        repo.commit({"a": number})
    clone = repo.clone(tmp_path / "clone", "--depth=1")
    clone.branch("--all", clone.commit_tree(clone.git("rev-parse", "HEAD^{tree}")))
    with Git(clone.path) as git:
        assert git.shallow
        assert not git.ever_held("--all", "policies")
