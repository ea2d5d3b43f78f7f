"""The plan of a change is that of both revisions read from scratch, whatever is spared or remembered."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.compare import compare
from checker.errors import Unanswered
from checker.load.change import load_change
from checker.load.recall import Recall
from checker.load.repository import load_repository
from tests.support.examples import examples
from tests.support.remembering import MemoryStore
from tests.support.trees import Content, Executable, Gitlink, MemoryTree, Special, Symlink

FOLDERS = ("a", "b", "a/in", "deep/c", "shared", "shared/more", "", ".hidden/a", "A")
NAMES = (
    "SKILL.md", "SKILL.md", "skill.md", "requirements.txt", "requirements-dev.txt", "pyproject.toml", "run.py", "x",
)  # fmt: skip
PATHS = tuple(f"{folder}/{name}".lstrip("/") for folder in FOLDERS for name in dict.fromkeys(NAMES))
TARGETS = ("../b", "../shared", "../shared/run.py", "../b/SKILL.md", "run.py", "../../shared/more", "../x", "gone", "/etc", "../../..", "../a/in/x")  # fmt: skip
CONTENTS: tuple[Content, ...] = (
    "",
    "requests\n",
    "-r ../shared/requirements.txt\n",
    "-r ../b/requirements.txt\n-c ../x\n",
    "-r requirements-dev.txt\n",
    "--requirement ../shared/x\n",
    "-r ../missing.txt\n",
    '[project]\nname = "x"\nversion = "1"\ndynamic = ["dependencies"]\n[tool.setuptools.dynamic]\ndependencies = { file = ["../shared/requirements.txt"] }\n',
    "---\nname: a\n---\n",
    Executable(b"#!/bin/sh\n"),
    Gitlink(),
    Gitlink("1" * 40),
    Special(),
    *map(Symlink, TARGETS),
)
EDIT = st.tuples(st.sampled_from(PATHS), st.sampled_from(CONTENTS) | st.none())
MOVE = st.tuples(st.sampled_from(FOLDERS), st.sampled_from(FOLDERS))
STEP = st.lists(EDIT | MOVE, max_size=4)
HISTORY = st.lists(STEP, min_size=1, max_size=5)


def _next(files: dict[str, Content], step) -> dict[str, Content]:
    files = dict(files)
    for one, other in step:
        if one in PATHS:
            files.pop(one, None)
            if other is not None:
                files[one] = other
        elif one and other:  # a folder is moved, with all that is in it
            moved = {p: c for p, c in files.items() if p.startswith(f"{one}/")}
            files = {p: c for p, c in files.items() if p not in moved}
            files |= {f"{other}{path[len(one) :]}": content for path, content in moved.items()}
    return {p: c for p, c in files.items() if not any(p.startswith(f"{q}/") for q in files)}


def _history(steps) -> list[MemoryTree]:
    start = {
        "a/SKILL.md": "a",
        "b/SKILL.md": "b",
        "shared/requirements.txt": "demo\n",
        "a/requirements.txt": CONTENTS[2],
    }
    trees, files = [MemoryTree(start)], dict(start)
    for step in steps:
        files = _next(files, step)
        trees.append(MemoryTree(files))
    return trees


@given(HISTORY)
@examples(40)
def test_the_plan_of_a_change_is_the_plan_of_both_revisions_read_from_scratch(steps) -> None:
    _is_the_plan_from_scratch(steps)


@pytest.mark.slow
@given(HISTORY)
@examples(1000)
def test_so_it_is_for_many_histories(steps) -> None:
    _is_the_plan_from_scratch(steps)


def _is_the_plan_from_scratch(steps) -> None:
    recall = Recall(MemoryStore(), "here")
    trees = _history(steps)
    for base in trees[:-1]:
        head = trees[-1]
        whole = compare(load_repository(base), load_repository(head))
        fresh, noted = load_change(base, head), load_change(base, head, recall)
        assert compare(fresh.base, fresh.head, fresh.among) == whole
        assert compare(noted.base, noted.head, noted.among) == whole
        assert noted.head.problems == load_repository(head).problems


def _affected(base: MemoryTree, head: MemoryTree, recall: Recall | None = None) -> list[str]:
    found = load_change(base, head, recall or Recall())
    plan = compare(found.base, found.head, found.among)
    assert plan == compare(load_repository(base), load_repository(head))
    return [affected.folder.id for affected in plan.affected]


def test_only_what_may_have_changed_is_looked_at() -> None:
    files = {f"s/{n}/{name}": "" for n in range(50) for name in ("SKILL.md", "run.py")}
    found = load_change(MemoryTree(files), MemoryTree({**files, "s/7/run.py": "changed"}))
    assert found.among == {"s/7"}
    assert load_change(MemoryTree(files), MemoryTree(files)).among == frozenset()


def test_a_folder_that_becomes_a_copy_is_owned_by_the_skill_around_it() -> None:
    base = MemoryTree({"a/SKILL.md": "", "a/n/SKILL.md": Symlink("../../b/SKILL.md")})
    head = base.with_files({"b/SKILL.md": "the real one"})
    assert _affected(base, head) == ["a", "b"]
    assert _affected(head, base) == ["a", "a/n"]


def test_a_submodule_at_another_commit_is_a_change_of_what_it_stands_for() -> None:
    base = MemoryTree({"a/SKILL.md": "", "sub": Gitlink()})
    assert _affected(base, base.with_files({"sub": Gitlink("1" * 40)})) == ["sub"]


def test_a_file_beside_those_a_linked_folder_has_is_a_change_of_who_links_to_it() -> None:
    base = MemoryTree({"a/SKILL.md": "", "a/lib": Symlink("../lib"), "b/SKILL.md": "", "lib/x.py": ""})
    assert _affected(base, base.with_files({"lib/deep/new.py": ""})) == ["a"]
    assert _affected(base, base.with_files({"library/new.py": ""})) == []


def test_a_skill_moved_and_edited_at_once_is_new_and_the_old_one_is_gone() -> None:
    base = MemoryTree({"a/SKILL.md": "", "a/run.py": "1", "b/SKILL.md": "", "b/r": Symlink("../a/run.py")})
    head = MemoryTree({"c/SKILL.md": "", "c/run.py": "2", "b/SKILL.md": "", "b/r": Symlink("../a/run.py")})
    assert _affected(base, head) == ["b", "c"]


def test_a_note_is_worth_nothing_where_something_outside_is_not_as_it_was() -> None:
    recall = Recall(MemoryStore(), "here")
    skill = {"a/SKILL.md": "", "a/requirements.txt": "-r ../one.txt\n", "one.txt": "-r two.txt\n"}
    one = MemoryTree({**skill, "two.txt": "", "three.txt": ""})
    assert _affected(one, one.with_files({"three.txt": "changed"}), recall) == []
    other = one.with_files({"one.txt": "-r three.txt\n"})
    assert _affected(other, other.with_files({"three.txt": "changed"}), recall) == ["a"]
    assert _affected(other, other.with_files({"two.txt": "changed"}), recall) == []


def test_what_was_worked_out_once_is_not_read_again() -> None:
    store = MemoryStore()
    base = _Counting({"a/SKILL.md": "", "a/requirements.txt": "-r ../x.txt\n", "x.txt": "", "y": "", "z": ""})
    assert _affected(base, base.with_files({"y": "changed"}), Recall(store, "here")) == []
    base.reads.clear()
    load_change(base, base.with_files({"z": "changed"}), Recall(store, "here"))
    assert (base.reads, store.written) == ([], 1)


def test_a_file_that_could_not_be_had_leaves_no_note() -> None:
    store = MemoryStore()
    files = {"a/SKILL.md": "", "a/requirements.txt": "-r ../x.txt\n", "x.txt": "", "y": ""}
    gone = _Counting(files, absent="a/requirements.txt")
    found = load_change(gone, MemoryTree({**files, "y": "changed"}), Recall(store, "here"))
    assert found.among == {"a"}, "nobody can tell, so it is compared"
    assert store.records == {}


@pytest.mark.parametrize(
    "spoiled", ["[]", "7", "null", "{}", '"x"', '[[1], 2, ["x"], {}]', "[null, [[]], [], 1]"]
)
def test_a_record_in_another_form_is_as_good_as_none(spoiled: str) -> None:
    store = MemoryStore()
    base = MemoryTree({"a/SKILL.md": "", "a/requirements.txt": "-r ../x.txt\n", "x.txt": "", "y": ""})
    assert _affected(base, base.with_files({"y": "changed"}), Recall(store, "here")) == []
    (key,) = store.records
    notes = json.loads(store.records[key])
    store.records[key] = json.dumps({note: json.loads(spoiled) for note in notes})
    assert _affected(base, base.with_files({"x.txt": "changed"}), Recall(store, "here")) == ["a"]
    store.records[key] = spoiled
    assert _affected(base, base.with_files({"x.txt": "changed"}), Recall(store, "here")) == ["a"]


class _Counting(MemoryTree):
    """Notes what is read, and cannot give one file."""

    def __init__(self, files, revision: str = "0" * 40, absent: str = "") -> None:
        super().__init__(files, revision)
        self.reads: list[str] = []
        self._absent = absent

    def read(self, path: str, limit: int) -> bytes:
        self.reads.append(path)
        if path == self._absent:
            raise Unanswered("git", "a partial clone")
        return super().read(path, limit)
