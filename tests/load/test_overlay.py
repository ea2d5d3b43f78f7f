"""Files that are planned look to the loader as if they were there."""

from __future__ import annotations

import pytest

from checker.errors import InputError
from checker.load.overlay import Overlay
from checker.model.skill import FileKind
from tests.support.trees import MemoryTree, Symlink

BELOW = MemoryTree({"a.txt": "old", "link": Symlink("a.txt"), "z": "z"})


def test_new_files_stand_among_the_others_and_hide_them():
    tree = Overlay(BELOW, {"a.txt": "new", "m.txt": "more", "link": "a file now"})
    assert list(tree.entries()) == ["a.txt", "link", "m.txt", "z"]
    assert [tree.read(name, 99) for name in tree.entries()] == [b"new", b"a file now", b"more", b"z"]
    assert tree.entries()["link"].kind is FileKind.FILE
    assert (tree.revision, tree.problems) == (BELOW.revision, BELOW.problems)
    with pytest.raises(InputError):
        tree.link_target("link")


def test_the_tree_below_stays_as_it_is():
    tree = Overlay(BELOW, {"a.txt": "new"})
    assert tree.link_target("link") == "a.txt"
    assert BELOW.read("a.txt", 9) == b"old"


def test_the_limit_holds_for_new_files():
    with pytest.raises(InputError):
        Overlay(BELOW, {"a.txt": "new"}).read("a.txt", 2)
