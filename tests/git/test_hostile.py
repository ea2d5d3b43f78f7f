"""Settings with which a repository could blind git, or make it run something. One test each.

Where something could run, it would make the file `RAN` in the test's folder; `everything` calls all methods.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from checker.engines.git import Git
from checker.engines.worktree import WorkTree
from checker.errors import Unanswered, UsageError
from checker.model.skill import FileKind
from tests.support.repos import ScratchRepo

SKILL = {"skills/a/SKILL.md": "# a\n", "skills/a/run.py": "print(1)\n"}


def contents(git: Git, commit: str) -> dict[str, bytes]:
    tree = git.tree(commit)
    kinds = (FileKind.FILE, FileKind.EXECUTABLE)
    return {path: tree.read(path, 10_000) for path, entry in tree.entries().items() if entry.kind in kinds}


def everything(repo: ScratchRepo) -> dict[str, bytes]:
    """Call every method; returns what the commit holds."""
    with Git(repo.path) as git:
        head = git.head()
        assert git.resolve("main") == git.resolve("HEAD") == head
        git.merge_base(head, head)
        git.commit_time(head)
        git.ever_held(head, "policies")
        git.dirty()
        files = WorkTree(repo.path, git)
        for path, entry in files.entries().items():
            if entry.kind in (FileKind.FILE, FileKind.EXECUTABLE):
                files.read(path, 10_000)
        git.dirty()
        return contents(git, head)


def marker(repo: ScratchRepo) -> tuple[Path, str]:
    """The file that must not appear, and a command that makes it."""
    script = repo.path.parent / "run.sh"
    script.write_text(f"#!/bin/sh\ntouch '{repo.path.parent}/RAN'\ncat\n")
    script.chmod(0o755)
    return repo.path.parent / "RAN", str(script)


def make_racy(repo: ScratchRepo) -> None:
    """Make git unsure of every tracked file, so that it would look at contents (and filter them)."""
    for path in repo.path.rglob("*"):
        if ".git" not in path.parts and path.is_file():
            os.utime(path, (2_000_000_000, 2_000_000_000))


def test_gitmodules_ignore_all_does_not_hide_a_moved_submodule(repo):
    modules = '[submodule "x"]\n\tpath = skills/x\n\turl = ./x\n\tignore = all\n'
    repo.config("submodule.x.ignore", "all")
    repo.config("diff.ignoreSubmodules", "all")
    commits = []
    for number in ("1", "2"):
        repo.write({**SKILL, ".gitmodules": modules})
        repo.git("add", "--all")
        repo.git("update-index", "--add", "--cacheinfo", f"160000,{number * 40},skills/x")
        commits.append(repo.commit_tree(repo.git("write-tree")))
    with Git(repo.path) as git:
        old, new = (git.tree(commit).entries()["skills/x"] for commit in commits)
    assert (old.kind, old.digest, new.digest) == (FileKind.GITLINK, "1" * 40, "2" * 40)


def test_export_ignore_hides_nothing(repo):
    repo.commit({**SKILL, ".gitattributes": "skills/** export-ignore\n*.py export-subst\n"})
    assert {path: everything(repo)[path] for path in SKILL} == {k: v.encode() for k, v in SKILL.items()}


def test_fsmonitor_does_not_run(repo):
    ran, command = marker(repo)
    repo.commit(SKILL)
    repo.config("core.fsmonitor", command)
    make_racy(repo)
    everything(repo)
    assert not ran.exists()
    repo.git("status")
    assert ran.exists(), "the trap itself is dead"


def test_hooks_do_not_run(repo):
    ran, command = marker(repo)
    repo.commit(SKILL)
    repo.config("core.hooksPath", str(repo.path / "hooks"))
    (repo.path / "hooks").mkdir()
    for name in ("post-index-change", "reference-transaction", "post-checkout", "fsmonitor-watchman"):
        (repo.path / "hooks" / name).symlink_to(command)
        (repo.path / ".git/hooks" / name).unlink(missing_ok=True)
        (repo.path / ".git/hooks" / name).symlink_to(command)
    make_racy(repo)
    everything(repo)
    assert not ran.exists()
    repo.git("update-index", "--refresh", check=False)
    assert ran.exists(), "the trap itself is dead"


@pytest.mark.parametrize("key", ["clean", "smudge", "process"])
def test_filters_do_not_run_and_change_nothing(repo, key):
    ran, command = marker(repo)
    repo.commit({**SKILL, ".gitattributes": "* filter=evil=a.b\n*.py filter=plain\n"})
    for driver in ("evil=a.b", "plain"):
        repo.config(f"filter.{driver}.{key}", f"{command} %f")
        repo.config(f"filter.{driver}.required", "true")
    make_racy(repo)
    assert everything(repo)["skills/a/run.py"] == b"print(1)\n"
    assert not ran.exists()
    repo.git("diff-files", "-p", check=False)
    (repo.path / "skills/a/run.py").unlink()
    repo.git("checkout", "-f", check=False)
    assert ran.exists(), "the trap itself is dead"


def test_a_filter_is_not_run_where_time_stamps_say_nothing(repo):
    """A racily clean file: same size, same time as the index. Only its content tells."""
    ran, command = marker(repo)
    repo.commit({**SKILL, ".gitattributes": "*.py filter=plain\n"})
    repo.config("filter.plain.clean", command)
    stamp = (repo.path / "skills/a/run.py").stat()
    repo.write({"skills/a/run.py": "print(2)\n"})
    for path in (repo.path / "skills/a/run.py", repo.path / ".git/index"):
        os.utime(path, ns=(stamp.st_mtime_ns, stamp.st_mtime_ns))
    with Git(repo.path) as git:
        assert git.dirty()
    assert not ran.exists()


def test_replacement_refs_replace_nothing(repo):
    head = repo.commit(SKILL)
    real = repo.git("rev-parse", "HEAD:skills/a/run.py")
    repo.git("replace", real, repo.blob(b"replaced\n"))
    other = repo.commit_tree(repo.tree([("100644", repo.blob(b"x"), b"other")]))
    repo.git("replace", head, other)
    assert everything(repo)["skills/a/run.py"] == b"print(1)\n"


def test_grafts_do_not_change_history(repo):
    first = repo.commit(SKILL)
    repo.checkout("side", new=True)
    side = repo.commit({"side": "1"})
    repo.checkout("main")
    main = repo.commit({"main": "1"})
    info = repo.path / ".git/info"
    info.mkdir(exist_ok=True)
    (info / "grafts").write_text(f"{main} {side}\n")
    with Git(repo.path) as git:
        assert git.merge_base(main, side) == first


def test_textconv_external_diff_and_signatures_do_not_run(repo):
    ran, command = marker(repo)
    repo.commit({**SKILL, ".gitattributes": "* diff=evil\n"})
    for key in ("diff.evil.textconv", "diff.evil.command", "diff.external", "core.pager", "gpg.program"):
        repo.config(key, command)
    repo.config("log.showSignature", "true")
    repo.config("alias.ls-tree", f"!{command}")
    make_racy(repo)
    repo.write({"skills/a/run.py": "print(2)\n"})
    everything(repo)
    assert not ran.exists()


def test_a_missing_object_is_not_fetched(repo, tmp_path):
    """A partial clone would ask its remote, with whatever command is configured there."""
    ran, command = marker(repo)
    repo.commit({**SKILL, "skills/a/big.bin": os.urandom(5000)})
    repo.config("uploadpack.allowFilter", "true")
    clone = repo.clone(tmp_path / "clone", "--filter=blob:none", "--no-checkout")
    clone.config("remote.origin.url", f"ext::{command}")
    clone.config("protocol.ext.allow", "always")
    clone.config("protocol.allow", "always")
    with Git(clone.path) as git:
        tree = git.tree(git.head())
        assert "skills/a/run.py" in tree.entries()
        with pytest.raises(Unanswered, match=r"^git: object [0-9a-f]{40} (cannot be read|is missing here)"):
            tree.read("skills/a/run.py", 1000)
        with pytest.raises(Unanswered, match=r"^git: object [0-9a-f]{40} (cannot be read|is missing here)"):
            tree.read("skills/a/SKILL.md", 1000)
    assert not ran.exists()


def test_a_clone_without_trees_is_not_an_empty_one(repo, tmp_path):
    repo.commit(SKILL)
    repo.config("uploadpack.allowFilter", "true")
    clone = repo.clone(tmp_path / "clone", "--filter=tree:0", "--no-checkout")
    with Git(clone.path) as git, pytest.raises(Unanswered):
        git.tree(git.head()).entries()


def test_a_missing_folder_of_the_tree_is_not_an_empty_one(repo):
    repo.commit(SKILL)
    oid = repo.git("rev-parse", "HEAD:skills")
    (repo.path / ".git/objects" / oid[:2] / oid[2:]).unlink()
    with Git(repo.path) as git, pytest.raises(Unanswered, match="ls-tree"):
        git.tree(git.head()).entries()


def test_an_object_whose_content_does_not_fit_its_id_is_refused(repo):
    repo.commit(SKILL)
    oid = repo.git("rev-parse", "HEAD:skills/a/run.py")
    other = repo.blob(b"evil!!!!\n")
    objects = repo.path / ".git/objects"
    (objects / oid[:2] / oid[2:]).unlink()
    (objects / oid[:2] / oid[2:]).write_bytes((objects / other[:2] / other[2:]).read_bytes())
    with Git(repo.path) as git, pytest.raises(Unanswered):
        git.tree(git.head()).read("skills/a/run.py", 1000)


def test_alternates_serve_objects_and_a_lost_one_is_an_error(repo, tmp_path):
    repo.commit(SKILL)
    borrower = tmp_path / "borrower"
    repo.git("clone", "-q", "--shared", str(repo.path), str(borrower))
    with Git(borrower) as git:
        assert contents(git, git.head())["skills/a/run.py"] == b"print(1)\n"
    repo.path.rename(tmp_path / "moved")
    with pytest.raises(UsageError), Git(borrower) as git:
        git.head()


def test_variables_that_point_git_elsewhere_are_not_passed_on(repo, tmp_path, monkeypatch):
    other = ScratchRepo(tmp_path / "other")
    other.commit({"other": "1"})
    head = repo.commit(SKILL)
    ran, command = marker(repo)
    for name, value in {
        "GIT_DIR": str(other.path / ".git"),
        "GIT_WORK_TREE": str(other.path),
        "GIT_INDEX_FILE": str(other.path / ".git/index"),
        "GIT_OBJECT_DIRECTORY": str(other.path / ".git/objects"),
        "GIT_NAMESPACE": "x",
        "GIT_EXTERNAL_DIFF": command,
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.fsmonitor",
        "GIT_CONFIG_VALUE_0": command,
        "GIT_TRACE": str(ran),
        "GIT_GLOB_PATHSPECS": "1",
    }.items():
        monkeypatch.setenv(name, value)
    assert set(everything(repo)) == set(SKILL)
    with Git(repo.path) as git:
        assert git.head() == head
        assert not git.dirty()
    assert not ran.exists()


def test_a_program_named_git_in_the_repository_is_not_run(repo, tmp_path, monkeypatch):
    ran, command = marker(repo)
    repo.commit(SKILL)
    (repo.path / "git").symlink_to(command)
    monkeypatch.setenv("PATH", f".{os.pathsep}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.chdir(repo.path)
    everything(repo)
    assert not ran.exists()


def test_a_committed_folder_that_looks_like_a_repository_is_just_files(repo, tmp_path):
    """git itself would take it for a bare repository when started inside of it."""
    inner = ScratchRepo(tmp_path / "inner.git", bare=True)
    files = {
        f"skills/a/{p.relative_to(inner.path)}": p.read_bytes() for p in inner.path.rglob("*") if p.is_file()
    }
    empty = {f"skills/a/{folder}/.keep": "" for folder in ("objects", "refs")}
    head = repo.commit({**SKILL, **files, **empty})
    with Git(repo.path / "skills/a") as git:
        assert git.head() == head
        assert git.prefix == "skills/a/"
        assert git.tree(head).read("run.py", 100) == b"print(1)\n"


def test_core_worktree_elsewhere_is_not_followed(repo, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/secret").write_text("x")
    repo.commit(SKILL)
    repo.config("core.worktree", str(tmp_path / "elsewhere"))
    with Git(repo.path) as git:
        assert set(WorkTree(repo.path, git).entries()) == set(SKILL)
        assert not git.dirty()


def test_the_owner_of_the_repository_does_not_matter(repo):
    repo.commit(SKILL)
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    for path in (repo.path, *repo.path.rglob("*")):
        os.chown(path, 65534, 65534, follow_symlinks=False)
    assert set(everything(repo)) == set(SKILL)
