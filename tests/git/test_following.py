"""The plan of a change in real repositories: as from scratch, in few processes, whatever the history is like."""

from __future__ import annotations

import itertools
from collections import Counter
from pathlib import Path

import pytest

from checker.compare import compare
from checker.engines import process
from checker.engines.git import Git
from checker.engines.store import FolderStore
from checker.engines.worktree import WorkTree
from checker.load.change import load_change
from checker.load.recall import NOTHING, Recall
from checker.load.repository import load_repository
from checker.model.plan import Plan
from checker.tools import Tree
from tests.support.repos import ScratchRepo

SKILL = {
    "a/SKILL.md": "a",
    "a/run.py": "1",
    "b/SKILL.md": "b",
    "b/requirements.txt": "-r ../common.txt\n",
    "common.txt": "",
}


def _plan(base: Tree, head: Tree, recall: Recall = NOTHING) -> Plan:
    """The plan, and that it is what two revisions read from scratch make."""
    found = load_change(base, head, recall)
    assert found.base is not None
    plan = compare(found.base, found.head, found.among)
    assert plan == compare(load_repository(base), load_repository(head))
    return plan


def _affected(repo: ScratchRepo, base: str, head: str) -> list[str]:
    with Git(repo.path) as git:
        return [affected.folder.id for affected in _plan(git.tree(base), git.tree(head)).affected]


def test_every_pair_of_revisions_with_odd_names_in_them(repo: ScratchRepo, tmp_path: Path) -> None:
    one = repo.blob(b"1")
    commits = [repo.commit(SKILL)]
    commits.append(
        repo.commit({"A/SKILL.md": "differs in case alone", "a/new\nline.py": "x", "a/tab\tbed.txt": ""})
    )
    top = repo.git("ls-tree", "-z", commits[-1]).split("\0")[:-1]
    rows = [
        (about.split()[0], about.split()[2], name.encode())
        for about, name in (row.split("\t", 1) for row in top)
    ]
    bad = repo.tree([("100644", one, b"\xff.py"), ("100644", one, b"SKILL.md"), ("160000", "1" * 40, b"sub")])
    commits.append(
        repo.commit_tree(
            repo.tree([*rows, ("040000", bad, b"c"), ("160000", "2" * 40, b"loose")]), commits[-1]
        )
    )
    (repo.path / "b" / "link").symlink_to("../a")
    commits.append(
        repo.commit({"a/run.py": None, "a/SKILL.md": None, "moved/SKILL.md": "a", "moved/run.py": "2"})
    )
    commits.append(repo.commit({"common.txt": "demo\n"}))
    recall = Recall(FolderStore(tmp_path / "records"), "here")
    with Git(repo.path) as git:
        for base, head in itertools.product(commits, commits):
            plain = _plan(git.tree(base), git.tree(head))
            assert _plan(git.tree(base), git.tree(head), recall) == plain
            assert bool(plain.affected or plain.notes) == (base != head)


def test_the_files_on_disk_are_held_against_a_commit(repo: ScratchRepo) -> None:
    base = repo.commit(SKILL)
    repo.write({"a/run.py": "changed", "common.txt": "changed"})
    with Git(repo.path) as git:
        plan = _plan(git.tree(base), WorkTree(repo.path, git))
    assert [affected.folder.id for affected in plan.affected] == ["a", "b"]


def test_a_folder_inside_of_a_repository_is_followed_by_itself(repo: ScratchRepo) -> None:
    base = repo.commit({f"deep/er/{path}": content for path, content in SKILL.items()})
    head = repo.commit({"deep/er/common.txt": "changed", "deep/else": "not examined"})
    with Git(repo.path / "deep" / "er") as git:
        plan = _plan(git.tree(base), git.tree(head))
    assert [affected.folder.id for affected in plan.affected] == ["b"]


def test_trees_that_git_would_not_make_hide_nothing(repo: ScratchRepo) -> None:
    base = repo.commit(SKILL)
    one, two = repo.blob(b"a"), repo.blob(b"changed")
    twice = repo.raw_tree(
        [("100644", two, b"run.py"), ("100644", one, b"SKILL.md"), ("100644", one, b"run.py")]
    )
    both = repo.raw_tree([("40000", twice, b"b"), ("40000", twice, b"a"), ("100644", one, b"a")])
    forged = repo.commit_tree(both, base)
    assert _affected(repo, base, forged) == ["a", "b"]
    assert _affected(repo, forged, base) == ["a", "b"]


@pytest.mark.slow
def test_ten_thousand_commits_and_an_octopus_cost_no_more_questions(repo: ScratchRepo, monkeypatch) -> None:
    start = repo.commit(SKILL)
    lines = [f"reset refs/heads/long\nfrom {start}\n"]
    lines += [
        f"commit refs/heads/long\ncommitter C <c@example.org> {number} +0000\ndata 1\n.\n"
        f"M 644 inline notes/{number % 100}\ndata 2\n{number % 10}\n\n"
        for number in range(10_000)
    ]
    repo.git("fast-import", "--quiet", "--force", stdin="".join(lines).encode())
    sides = []
    for name in ("x", "y", "z"):
        repo.git("checkout", "-q", "-b", name, start)
        sides.append(repo.commit({f"a/{name}.py": name}))
    repo.git("checkout", "-q", "--force", "long")
    repo.git("merge", "-q", "--no-edit", "x", "y", "z")
    head = repo.head()
    asked = _asked(monkeypatch)
    with Git(repo.path) as git:
        assert git.merge_base(sides[0], head) == sides[0], "the octopus holds all of its sides"
        plan = _plan(git.tree(git.merge_base(start, head)), git.tree(head))
    assert [affected.because for affected in plan.affected] == [("added: x.py", "added: y.py", "added: z.py")]
    assert sum(asked.values()) < 12


def test_a_base_that_went_on_is_measured_from_where_the_histories_parted(repo: ScratchRepo) -> None:
    fork = repo.commit(SKILL)
    repo.branch("work")
    tip = repo.commit({"b/SKILL.md": "the base went on"})
    repo.git("checkout", "-q", "work")
    head = repo.commit({"a/run.py": "2"})
    with Git(repo.path) as git:
        assert git.merge_base(tip, head) == fork
    assert _affected(repo, fork, head) == ["a"]


@pytest.mark.parametrize("number", [3, 150])
def test_git_is_asked_as_often_for_three_skills_as_for_many(
    repo: ScratchRepo, monkeypatch, number: int
) -> None:
    files = {}
    for skill in range(number):
        files |= {
            f"s/{skill}/SKILL.md": str(skill),
            f"s/{skill}/requirements.txt": f"-r ../../common.txt\n#{skill}",
        }
    base = repo.commit({**files, "common.txt": ""})
    for skill in range(number):
        (repo.path / "s" / str(skill) / "link").symlink_to("../../common.txt")
    repo.commit()
    head = repo.commit({"s/1/SKILL.md": "changed", "other.txt": ""})
    asked = _asked(monkeypatch)
    with Git(repo.path) as git:
        found = load_change(git.tree(f"{base}"), git.tree(head))
        assert len(compare(found.base, found.head, found.among).affected) == number
    assert asked["ls-tree"] == 2
    assert asked["cat-file"] <= 3
    assert sum(asked.values()) <= 6, asked


def _asked(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """The commands of git that are started from here on."""
    asked: Counter[str] = Counter()
    real = process.start

    def counting(engine, argv, env, cwd):
        words = itertools.dropwhile(lambda word: word.startswith("-") or "=" in word, argv[1:])
        asked[next(words)] += 1
        return real(engine, argv, env, cwd)

    monkeypatch.setattr(process, "start", counting)
    monkeypatch.setattr("checker.engines.conversation.start", counting)
    return asked
