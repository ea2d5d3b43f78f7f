"""A commit as a tree: every entry is there under some name, and content is exactly what was committed."""

from __future__ import annotations

import os
import threading
import time

import pytest

from checker.engines.git import Git
from checker.engines.git.objects import Objects
from checker.engines.worktree import WorkTree
from checker.errors import InputError, Unanswered, UsageError
from checker.model.skill import FileKind
from tests.support.repos import ScratchRepo


def made(repo: ScratchRepo, *entries: tuple[str, str, bytes]) -> str:
    return repo.commit_tree(repo.raw_tree(entries))


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_kinds_contents_and_order(tmp_path, object_format):
    repo = ScratchRepo(tmp_path / "r", object_format=object_format)
    repo.write({"b/z.txt": "z", "b.txt": "b", "b/run.sh": "#!/bin/sh\n"})
    (repo.path / "b/run.sh").chmod(0o755)
    (repo.path / "link").symlink_to("../../etc/passwd")
    head = repo.commit()
    with Git(repo.path) as git:
        assert git.algorithm == object_format
        tree = git.tree(git.resolve("main"))
        assert tree.revision == head
        assert tree.problems == ()
        kinds = {path: entry.kind.value for path, entry in tree.entries().items()}
        assert list(kinds) == sorted(kinds)
        assert kinds == {"b.txt": "file", "b/run.sh": "executable", "b/z.txt": "file", "link": "symlink"}
        assert tree.entries()["b.txt"].digest == repo.git("rev-parse", "HEAD:b.txt")
        assert tree.read("b/z.txt", 1) == b"z"
        assert tree.link_target("link") == "../../etc/passwd"


def test_reading_what_is_no_file_is_an_input_error(repo):
    repo.commit({"a/b": "x"})
    (repo.path / "link").symlink_to("a/b")
    repo.commit()
    with Git(repo.path) as git:
        tree = git.tree(git.head())
        for path in ("gone", "a", "link", "a/../a/b", "", "/etc/passwd"):
            with pytest.raises(InputError):
                tree.read(path, 100)
        for path in ("gone", "a/b"):
            with pytest.raises(InputError):
                tree.link_target(path)


def test_a_file_above_the_limit_is_refused_and_the_next_is_read(repo):
    big = os.urandom(9_000_000)
    repo.commit({"big": big, "medium": big[:2_000_000], "small": "x"})
    with Git(repo.path) as git:
        tree = git.tree(git.head())
        for path in ("big", "medium", "small", "medium", "big"):
            with pytest.raises(InputError, match="at most 0 are read"):
                tree.read(path, 0)
        assert tree.read("small", 1) == b"x"
        assert tree.read("big", len(big)) == big


def test_names_that_are_hard_to_write(repo):
    names = [
        "-v1",
        "new\nline",
        'quo"te',
        "tab\tname",
        "é",
        "e\u0301",
        "x" * 255,
        " ",
        ":(top)a",
        "a\\b",
        "\u202e",
    ]
    repo.commit({f"skills/{name}/SKILL.md": name for name in names})
    with Git(repo.path) as git:
        tree = git.tree(git.head())
        assert tree.problems == ()
        assert {path: tree.read(path, 1000).decode() for path in tree.entries()} == {
            f"skills/{name}/SKILL.md": name for name in names
        }


@pytest.mark.parametrize("folder", ["-v1", ":(exclude)x", "a b", "é", "*"])
def test_a_folder_with_a_hard_name_can_be_the_root(repo, folder):
    head = repo.commit({f"{folder}/SKILL.md": "in", "other/SKILL.md": "out", f"{folder}x/SKILL.md": "out"})
    with Git(repo.path / folder) as git:
        assert git.top == repo.path
        assert git.prefix == f"{folder}/"
        assert list(git.tree(head).entries()) == ["SKILL.md"]
        assert git.tree(head).read("SKILL.md", 10) == b"in"


def test_a_folder_that_a_commit_lacks_is_empty_there(repo):
    first = repo.commit({"other": "1"})
    repo.commit({"sub/SKILL.md": "1"})
    with Git(repo.path / "sub") as git:
        assert dict(git.tree(first).entries()) == {}


def test_a_name_that_is_not_utf8_is_a_problem_and_stays(repo):
    blob = repo.blob(b"x")
    commit = made(repo, ("100644", blob, b"a\xff.py"), ("100644", blob, b"fine"))
    with Git(repo.path) as git:
        tree = git.tree(commit)
        assert tree.entries()["a\\xff.py"].kind is FileKind.SPECIAL
        assert tree.entries()["fine"].kind is FileKind.FILE
        assert tree.problems == ("a\\xff.py: the name is not UTF-8",)
        with pytest.raises(InputError):
            tree.read("a\\xff.py", 10)


@pytest.mark.parametrize("order", [1, -1])
def test_two_names_that_look_the_same_are_a_problem(repo, order):
    blob = repo.blob(b"x")
    commit = made(repo, *[("100644", blob, b"a\xff"), ("100644", blob, b"a\\xff")][::order])
    with Git(repo.path) as git:
        tree = git.tree(commit)
        assert [entry.kind for entry in tree.entries().values()] == [FileKind.SPECIAL]
        assert any("look the same" in problem for problem in tree.problems)


@pytest.mark.parametrize("name", [b"..", b".", b".git", b".GIT", b"a/../b", b"/etc", b"a//b"])
def test_a_name_no_repository_may_hold_is_a_problem(repo, name):
    commit = made(repo, ("100644", repo.blob(b"x"), name))
    with Git(repo.path) as git:
        tree = git.tree(commit)
        try:
            kinds = [entry.kind for entry in tree.entries().values()]
        except Unanswered:
            return  # this git refuses to list it: no answer, not a clean one
        assert kinds == [FileKind.SPECIAL]
        assert len(tree.problems) == 1


def test_the_same_name_twice_is_a_problem(repo):
    commit = made(repo, ("100644", repo.blob(b"x"), b"a"), ("100644", repo.blob(b"y"), b"a"))
    with Git(repo.path) as git:
        assert git.tree(commit).entries()["a"].kind is FileKind.SPECIAL


def test_problems_are_safe_to_print(repo):
    commit = made(repo, ("100644", repo.blob(b"x"), b"::add-mask::\x1b[2J\n\xff"))
    with Git(repo.path) as git:
        (problem,) = git.tree(commit).problems
    assert "\x1b" not in problem
    assert "\n" not in problem
    assert not problem.startswith("::")


def test_case_collisions_are_two_entries(repo):
    commit = made(repo, ("100644", repo.blob(b"X"), b"A.py"), ("100644", repo.blob(b"x"), b"a.py"))
    with Git(repo.path) as git:
        tree = git.tree(commit)
        assert (tree.read("A.py", 9), tree.read("a.py", 9)) == (b"X", b"x")


def test_a_gitlink_and_an_unknown_mode_have_no_content(repo):
    blob = repo.blob(b"x")
    commit = made(repo, ("160000", "1" * 40, b"sub"), ("100000", blob, b"odd"), ("100664", blob, b"old"))
    with Git(repo.path) as git:
        tree = git.tree(commit)
        assert {path: entry.kind.value for path, entry in tree.entries().items()}["sub"] == "gitlink"
        assert tree.read("old", 9) == b"x"
        with pytest.raises(InputError):
            tree.read("sub", 10)


def test_a_file_entry_that_names_another_kind_of_object_is_no_answer(repo):
    head = repo.commit({"a": "x"})
    commit = made(repo, ("100644", head, b"file"))
    with Git(repo.path) as git, pytest.raises(Unanswered, match="is a commit, not a blob"):
        git.tree(commit).read("file", 1000)


def test_an_lfs_pointer_is_the_blob_that_was_committed(repo):
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 1\n"
    repo.commit({"model.bin": pointer, ".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n"})
    with Git(repo.path) as git:
        assert git.tree(git.head()).read("model.bin", 1000) == pointer.encode()


def test_line_endings_are_those_that_were_committed(repo):
    repo.config("core.autocrlf", "true")
    blob = repo.blob(b"a\r\nb\n")
    commit = made(
        repo, ("100644", repo.blob(b"* text eol=crlf\n"), b".gitattributes"), ("100644", blob, b"t")
    )
    with Git(repo.path) as git:
        assert git.tree(commit).read("t", 10) == b"a\r\nb\n"


def test_an_empty_repository_has_no_head(repo):
    with Git(repo.path) as git:
        with pytest.raises(UsageError, match="no commit yet"):
            git.head()
        with pytest.raises(UsageError, match="no commit"):
            git.resolve("main")
        assert dict(WorkTree(repo.path, git).entries()) == {}


def test_a_bare_repository_has_trees_and_no_files(repo, tmp_path):
    head = repo.commit({"a": "1"})
    bare = repo.clone(tmp_path / "bare.git", "--bare")
    with Git(bare.path) as git:
        assert git.bare
        assert git.tree(git.resolve("main")).read("a", 9) == b"1"
        assert git.head() == head
        assert not git.dirty()
        with pytest.raises(UsageError, match="bare"):
            WorkTree(bare.path, git)


def test_what_is_no_repository_is_said(tmp_path):
    assert Git.find(tmp_path) is None
    with pytest.raises(UsageError, match="not inside a git repository"):
        Git(tmp_path)
    with pytest.raises(UsageError, match="not a folder"):
        Git(tmp_path / "gone")


def test_a_damaged_repository_is_not_taken_for_none(repo, tmp_path):
    (repo.path / ".git/HEAD").unlink()
    with pytest.raises(UsageError, match="git cannot use the repository"):
        Git.find(repo.path)
    with pytest.raises(UsageError, match=r"inside a \.git"):
        Git(repo.path / ".git")


def test_a_linked_work_tree_and_a_subfolder_find_their_repository(repo, tmp_path):
    head = repo.commit({"skills/a/SKILL.md": "1"})
    repo.git("worktree", "add", "-q", "--detach", str(tmp_path / "linked"))
    for folder, prefix in ((tmp_path / "linked", ""), (repo.path / "skills", "skills/")):
        with Git(folder) as git:
            assert (git.head(), git.prefix) == (head, prefix)


def test_without_git_nothing_is_answered(repo, monkeypatch, tmp_path):
    repo.commit({"a": "1"})
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unanswered, match="not installed"):
        Git(repo.path)


def test_a_closed_repository_cannot_be_read(repo):
    repo.commit({"a": "1"})
    with Git(repo.path) as git:
        tree = git.tree(git.head())
        assert tree.read("a", 9) == b"1"
    with pytest.raises(Unanswered, match="closed"):
        tree.read("a", 9)


def test_several_threads_may_read(repo):
    repo.commit({f"f{number}": str(number) * 1000 for number in range(50)})
    wrong: list[str] = []

    with Git(repo.path) as git:
        tree = git.tree(git.head())

        def read() -> None:
            wrong.extend(p for p in tree.entries() if tree.read(p, 10_000).decode() != p[1:] * 1000)

        threads = [threading.Thread(target=read) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []


def test_after_a_lost_process_the_next_reading_starts_another(repo):
    repo.commit({"a": "1"})
    with Git(repo.path) as git:
        tree = git.tree(git.head())
        oid = tree.entries()["a"].digest
        objects: Objects = git._objects
        objects.read(oid, "blob", 9)
        objects._conversation._process.kill()
        objects._conversation._process.wait()
        with pytest.raises(Unanswered):
            objects.read(oid, "blob", 9)
        assert objects.read(oid, "blob", 9) == b"1"
        assert tree.read("a", 9) == b"1"


def test_ten_thousand_files_take_no_process_each(tmp_path):
    """A process takes about 2 ms here, so one for each file would be 20 s and more."""
    repo = ScratchRepo(tmp_path / "big")
    stream = b"".join(b"blob\nmark :%d\ndata 9\nfile%05d\n" % (number, number) for number in range(1, 10_001))
    files = b"".join(b"M 100644 :%d skills/s%05d/SKILL.md\n" % (n, n) for n in range(1, 10_001))
    commit = b"commit refs/heads/main\ncommitter C <c@example.org> 1790000000 +0000\ndata 1\nx\n"
    repo.git("fast-import", "--quiet", stdin=stream + commit + files)
    began = time.monotonic()
    with Git(repo.path) as git:
        tree = git.tree(git.resolve("main"))
        assert len(tree.entries()) == 10_000
        assert all(tree.read(path, 100).startswith(b"file") for path in tree.entries())
    assert time.monotonic() - began < 10
