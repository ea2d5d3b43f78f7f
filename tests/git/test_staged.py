"""The index as a tree: what is staged, whatever the disk and the last commit say."""

from __future__ import annotations

import pytest

from checker.engines.git import Git
from checker.errors import InputError
from checker.model.skill import FileKind


def test_it_holds_what_is_staged(repo):
    repo.commit({"a.txt": "committed", "gone.txt": "x"})
    repo.write({"a.txt": "staged", "run.sh": "#!/bin/sh\n", "gone.txt": None})
    (repo.path / "run.sh").chmod(0o755)
    (repo.path / "link").symlink_to("a.txt")
    repo.git("add", "--all")
    repo.write({"a.txt": "on disk", "loose.txt": "untracked"})
    with Git(repo.path) as git:
        tree = git.staged()
        assert {path: entry.kind for path, entry in tree.entries().items()} == {
            "a.txt": FileKind.FILE,
            "link": FileKind.SYMLINK,
            "run.sh": FileKind.EXECUTABLE,
        }
        assert tree.read("a.txt", 99) == b"staged"
        assert tree.link_target("link") == "a.txt"
        assert (tree.revision, tree.problems) == ("staged", ())


def test_the_examined_folder_is_the_root(repo):
    repo.commit({"inner/a.txt": "x", "outer.txt": "y"})
    with Git(repo.path / "inner") as git:
        assert list(git.staged().entries()) == ["a.txt"]


def test_before_the_first_commit(repo):
    repo.write({"a.txt": "x"})
    repo.git("add", "a.txt")
    with Git(repo.path) as git:
        assert git.staged().read("a.txt", 9) == b"x"


def test_what_is_in_conflict_cannot_be_used(repo):
    repo.commit({"a.txt": "base"})
    repo.checkout("other", new=True)
    repo.commit({"a.txt": "one"})
    repo.checkout("main")
    repo.commit({"a.txt": "two"})
    repo.git("merge", "-q", "other", check=False)
    with Git(repo.path) as git:
        tree = git.staged()
        assert tree.entries()["a.txt"].kind is FileKind.SPECIAL
        assert tree.problems[0] == "a.txt: in conflict: resolve it and stage the result"
        with pytest.raises(InputError):
            tree.read("a.txt", 9)


def test_another_index_than_the_repositorys_own(repo):
    repo.commit({"a.txt": "x"})
    other = repo.path / ".git/other"
    other.write_bytes((repo.path / ".git/index").read_bytes())
    repo.git("rm", "-q", "--cached", "a.txt")
    with Git(repo.path) as git:
        assert (list(git.staged().entries()), list(git.staged(other).entries())) == ([], ["a.txt"])
