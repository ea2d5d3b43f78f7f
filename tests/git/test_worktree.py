"""The files on disk: only regular files are opened, no link is followed, content stays as it was listed."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from checker.engines.git import Git
from checker.engines.worktree import WorkTree
from checker.errors import InputError
from checker.model.skill import FileKind
from tests.support.repos import ScratchRepo


@pytest.fixture
def plain(tmp_path) -> Path:
    """A folder outside of git."""
    folder = tmp_path / "plain"
    folder.mkdir()
    return folder


def kinds(tree: WorkTree) -> dict[str, str]:
    return {path: entry.kind.value for path, entry in tree.entries().items()}


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_a_clean_work_tree_equals_its_commit(tmp_path, object_format):
    repo = ScratchRepo(tmp_path / "r", object_format=object_format)
    repo.write({"skills/a/SKILL.md": "# a\r\n", "skills/a/run.sh": "#!/bin/sh\n", "empty": ""})
    (repo.path / "skills/a/run.sh").chmod(0o755)
    (repo.path / "link").symlink_to("skills/a")
    repo.commit()
    with Git(repo.path) as git:
        commit, files = git.tree(git.head()), WorkTree(repo.path, git)
        assert dict(files.entries()) == dict(commit.entries())
        assert files.revision == "work tree"
        assert files.read("skills/a/SKILL.md", 100) == b"# a\r\n"
        assert files.link_target("link") == "skills/a"


def test_what_git_would_commit_and_nothing_else(repo):
    repo.commit({"tracked": "1", "gone": "1", ".gitignore": "*.log\n"})
    repo.write({"new": "2", "noise.log": "3", "gone": None, "tracked": "4"})
    with Git(repo.path) as git:
        files = WorkTree(repo.path, git)
        assert list(files.entries()) == [".gitignore", "new", "tracked"]
        assert files.read("tracked", 9) == b"4"


def test_a_folder_inside_a_repository_is_its_own_root(repo):
    repo.commit({"sub/a": "1", "other": "2"})
    repo.write({"sub/b": "3", "elsewhere": "4"})
    with Git(repo.path / "sub") as git:
        assert list(WorkTree(repo.path / "sub", git).entries()) == ["a", "b"]


def test_a_conflict_is_listed_once(repo):
    repo.commit({"a": "0"})
    repo.checkout("side", new=True)
    repo.commit({"a": "1"})
    repo.checkout("main")
    repo.commit({"a": "2"})
    repo.git("merge", "side", check=False)
    with Git(repo.path) as git:
        files = WorkTree(repo.path, git)
        assert list(files.entries()) == ["a"]
        assert b"<<<<<<<" in files.read("a", 1000)


def test_outside_of_git_everything_but_dot_git_counts(plain):
    (plain / "a/b").mkdir(parents=True)
    (plain / "a/b/c").write_text("x")
    (plain / ".hidden").write_text("y")
    (plain / "sub").mkdir()
    (plain / "sub/.git").write_text("gitdir: nowhere")
    assert list(WorkTree(plain).entries()) == [".hidden", "a/b/c"]
    assert WorkTree(plain).read("a/b/c", 1) == b"x"


def test_links_are_never_followed(plain, tmp_path):
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret/key").write_text("key")
    (plain / "folder").symlink_to(tmp_path / "secret")
    (plain / "file").symlink_to(tmp_path / "secret/key")
    (plain / "dangling").symlink_to("nowhere")
    (plain / "loop").symlink_to("loop")
    tree = WorkTree(plain)
    assert kinds(tree) == dict.fromkeys(("dangling", "file", "folder", "loop"), "symlink")
    assert tree.link_target("file") == str(tmp_path / "secret/key")
    for path in ("file", "folder", "folder/key"):
        with pytest.raises(InputError):
            tree.read(path, 100)


def test_a_tracked_folder_that_became_a_link_does_not_lead_outside(repo, tmp_path):
    repo.commit({"a/key": "mine"})
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret/key").write_text("theirs")
    repo.write({"a/key": None})
    (repo.path / "a").rmdir()
    (repo.path / "a").symlink_to(tmp_path / "secret")
    with Git(repo.path) as git:
        assert kinds(WorkTree(repo.path, git)) == {"a": "symlink"}


def test_a_file_that_became_a_link_after_the_listing_is_not_followed(plain, tmp_path):
    (tmp_path / "secret").write_text("x")
    (plain / "a").write_text("x")
    tree = WorkTree(plain)
    tree.entries()
    (plain / "a").unlink()
    (plain / "a").symlink_to(tmp_path / "secret")
    with pytest.raises(InputError, match="cannot be read"):
        tree.read("a", 100)


def test_content_that_changed_after_the_listing_is_not_handed_out(plain):
    (plain / "a").write_text("one")
    (plain / "link").symlink_to("a")
    tree = WorkTree(plain)
    assert tree.read("a", 100) == b"one"
    (plain / "a").write_text("two")
    (plain / "link").unlink()
    (plain / "link").symlink_to("b")
    with pytest.raises(InputError, match="changed on disk"):
        tree.read("a", 100)
    with pytest.raises(InputError, match="changed on disk"):
        tree.link_target("link")


def test_pipes_sockets_and_devices_are_not_opened(plain):
    os.mkfifo(plain / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(plain / "socket"))
        (plain / "file").write_text("x")
        tree = WorkTree(plain)
        assert kinds(tree) == {"file": "file", "pipe": "special", "socket": "special"}
        assert len(tree.problems) == 2
        with pytest.raises(InputError):
            tree.read("pipe", 100)


def test_a_tracked_file_that_became_a_pipe_is_special(repo):
    repo.commit({"a": "1"})
    (repo.path / "a").unlink()
    os.mkfifo(repo.path / "a")
    with Git(repo.path) as git:
        assert kinds(WorkTree(repo.path, git)) == {"a": "special"}
        assert git.dirty()


def test_special_files_that_nobody_tracks_are_seen_too(repo):
    """git lists none of them: a pipe in the place of a skill.yaml would stand for no skill.yaml."""
    repo.commit({"skills/a/SKILL.md": "1", ".gitignore": "*.sock\nbuild/\n"})
    for folder in ("skills/a/data/deep", "build", ".git/in"):
        (repo.path / folder).mkdir(parents=True)
    for name in ("a.sock", "build/pipe", "skills/:(top)a.sock", ".git/in/pipe"):
        os.mkfifo(repo.path / name)
    special = dict.fromkeys((":!x", "[a]*", "skills/a/data/deep/pipe", "skills/a/skill.yaml"), "special")
    for name in special:
        os.mkfifo(repo.path / name)
    with Git(repo.path) as git:
        tree = WorkTree(repo.path, git)
        assert {path: kind for path, kind in kinds(tree).items() if kind != "file"} == special
        assert tree.problems == tuple(
            f"{name}: neither a file nor a symbolic link" for name in sorted(special)
        )
    with Git(repo.path / "skills") as git:
        assert kinds(WorkTree(repo.path / "skills", git))["a/skill.yaml"] == "special"


def test_special_files_of_other_repositories_and_behind_links_are_not_ours(repo, tmp_path):
    for place in ("tracked", "untracked"):
        ScratchRepo(repo.path / place).commit({"a": "1"})
        os.mkfifo(repo.path / place / "pipe")
    repo.git("add", "tracked")
    (tmp_path / "outside").mkdir()
    os.mkfifo(tmp_path / "outside/pipe")
    (repo.path / "link").symlink_to(tmp_path / "outside")
    repo.git("commit", "-q", "-m", "x")
    with Git(repo.path) as git:
        assert kinds(WorkTree(repo.path, git)) == {
            "link": "symlink",
            "tracked": "gitlink",
            "untracked": "gitlink",
        }


def test_a_submodule_that_was_never_fetched_is_not_looked_into(repo):
    """git refuses questions about what lies in one."""
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},sub")
    (repo.path / "sub").mkdir()
    os.mkfifo(repo.path / "sub/pipe")
    with Git(repo.path) as git:
        assert kinds(WorkTree(repo.path, git)) == {"sub": "gitlink"}


def test_a_tracked_file_that_became_a_folder_gives_way_to_its_files(repo):
    repo.commit({"a": "1"})
    (repo.path / "a").unlink()
    repo.write({"a/b": "2"})
    with Git(repo.path) as git:
        assert kinds(WorkTree(repo.path, git)) == {"a/b": "file"}


@contextmanager
def as_nobody() -> Iterator[None]:
    """Without root's right to read everything, for the time being."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


def test_what_may_not_be_read_is_special_and_said():
    # Not in pytest's own scratch folder: only its owner may enter that one.
    with tempfile.TemporaryDirectory() as scratch:
        plain = Path(scratch)
        plain.chmod(0o755)
        (plain / "folder").mkdir()
        (plain / "folder/inner").write_text("x")
        (plain / "file").write_text("x")
        (plain / "folder").chmod(0)
        (plain / "file").chmod(0)
        with as_nobody():
            tree = WorkTree(plain)
            assert kinds(tree) == {"file": "special", "folder": "special"}
        assert {problem.split(":")[0] for problem in tree.problems} == {"file", "folder"}
        (plain / "folder").chmod(0o755)


def test_a_root_that_may_not_be_listed_is_not_an_empty_one():
    with tempfile.TemporaryDirectory() as scratch:
        Path(scratch).chmod(0)
        with as_nobody():
            assert kinds(WorkTree(Path(scratch))) == {".": "special"}
        Path(scratch).chmod(0o755)


def test_a_tracked_file_in_a_folder_that_may_not_be_entered_is_not_a_deleted_one():
    with tempfile.TemporaryDirectory() as scratch:
        repo = ScratchRepo(Path(scratch))
        repo.commit({"folder/a": "1"})
        repo.path.chmod(0o755)
        (repo.path / "folder").chmod(0)
        with as_nobody(), Git(repo.path) as git:
            tree = WorkTree(repo.path, git)
            assert kinds(tree)["folder/a"] == "special"
            assert any(problem.startswith("folder/a: cannot be read") for problem in tree.problems)
        (repo.path / "folder").chmod(0o755)


def test_names_that_are_hard_to_write(repo):
    names = ["-v1", "new\nline", 'quo"te', "tab\tname", "? x", "x" * 255, "a\\b"]
    repo.commit({name: name for name in names[:4]})
    repo.write({name: name for name in names[4:]})
    (repo.path / os.fsdecode(b"a\xff")).write_text("x")
    with Git(repo.path) as git:
        files = WorkTree(repo.path, git)
        assert {p: files.read(p, 1000).decode() for p in files.entries() if p != "a\\xff"} == {
            n: n for n in names
        }
        assert files.entries()["a\\xff"].kind is FileKind.SPECIAL
        assert files.problems == ("a\\xff: the name is not UTF-8",)


def test_repositories_inside_are_gitlinks(repo, tmp_path):
    inner = ScratchRepo(repo.path / "tracked")
    inner.commit({"a": "1"})
    repo.commit({"b": "1"})
    ScratchRepo(repo.path / "untracked").commit({"a": "1"})
    with Git(repo.path) as git:
        assert kinds(WorkTree(repo.path, git)) == {"b": "file", "tracked": "gitlink", "untracked": "gitlink"}


def test_a_file_above_the_limit_is_refused(plain):
    (plain / "a").write_bytes(bytes(1000))
    assert len(WorkTree(plain).read("a", 1000)) == 1000
    with pytest.raises(InputError, match="at most 999"):
        WorkTree(plain).read("a", 999)


def test_a_huge_file_is_not_hashed(plain):
    with (plain / "huge").open("wb") as file:
        file.truncate(10**12)
    tree = WorkTree(plain)
    assert kinds(tree) == {"huge": "special"}
    assert "larger than" in tree.problems[0]


def test_work_before_the_first_commit_can_be_examined(repo):
    repo.write({"skills/a/SKILL.md": "1"})
    with Git(repo.path) as git:
        assert list(WorkTree(repo.path, git).entries()) == ["skills/a/SKILL.md"]
        assert git.dirty()
    repo.git("add", "--all")
    with Git(repo.path) as git:
        assert git.dirty()


@pytest.mark.parametrize(
    "change",
    [{"a": "2"}, {"a": None}, {"new": "1"}, {"sub/c": "2"}],
    ids=["changed", "deleted", "untracked", "in a folder"],
)
def test_uncommitted_changes_are_seen(repo, change):
    repo.commit({"a": "1", "sub/c": "1", ".gitignore": "*.log\n"})
    with Git(repo.path) as git:
        assert not git.dirty()
        repo.write({"noise.log": "x"})
        assert not git.dirty()
        repo.write(change)
        assert git.dirty()
        repo.git("add", "--all")
        assert git.dirty()


def test_another_mode_is_a_change_and_another_time_is_none(repo):
    repo.commit({"a": "1"})
    os.utime(repo.path / "a", (1_000_000_000, 1_000_000_000))
    with Git(repo.path) as git:
        assert not git.dirty()
        (repo.path / "a").chmod(0o755)
        assert git.dirty()


def test_only_the_examined_folder_counts(repo):
    repo.commit({"sub/a": "1", "other/a": "1"})
    repo.write({"other/a": "2", "other/new": "1"})
    with Git(repo.path / "sub") as git:
        assert not git.dirty()
    with Git(repo.path / "other") as git:
        assert git.dirty()


def test_a_moved_submodule_is_a_change(repo):
    inner = ScratchRepo(repo.path / "sub")
    inner.commit({"a": "1"})
    repo.commit({".gitmodules": '[submodule "sub"]\n\tpath = sub\n\turl = ./sub\n\tignore = all\n'})
    with Git(repo.path) as git:
        assert not git.dirty()
        inner.commit({"a": "2"})
        assert git.dirty()
