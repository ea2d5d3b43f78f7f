"""Trees of one repository share what is alike in them, and nothing that is not."""

from __future__ import annotations

from pathlib import Path

from checker.engines.git.listing import Listing
from checker.engines.git.repository import Git
from checker.model.skill import Entry, FileKind
from tests.support.repos import ScratchRepo


def test_trees_share_the_entries_that_are_alike(tmp_path: Path) -> None:
    repo = ScratchRepo(tmp_path)
    first = repo.commit({"a.txt": "a", "b.txt": "b"})
    second = repo.commit({"b.txt": "changed"})
    with Git(tmp_path) as git:
        before, after = git.tree(first).entries(), git.tree(second).entries()
        assert git.tree(first) is git.tree(first)
    assert before["a.txt"] is after["a.txt"]
    assert before["b.txt"] != after["b.txt"]


def test_a_name_that_is_taken_is_not_added_again() -> None:
    listing = Listing()
    entry = Entry(path="a.txt", kind=FileKind.FILE, digest="1")
    assert listing.add_again(entry)
    assert not listing.add_again(entry)
    listing.add(b"a.txt", FileKind.FILE, "1")
    assert "two entries" in listing.problems[0]
