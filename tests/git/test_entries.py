"""A listing of git kept as lines: the same entries as when every line is looked at."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.engines.git.entries import ListedEntries
from checker.engines.git.listing import Listing, kind_of_mode
from checker.model.entries import Entries

OID = st.sampled_from(["a" * 40, "b" * 40])
MODE = st.sampled_from(
    ["100644 blob", "100664 blob", "100755 blob", "120000 blob", "160000 commit", "100600 blob"]
)
PART = st.sampled_from(
    ["a", "b.py", ".git", ".GIT", "..", ".", "", "x y", "t\tt", "n\nl", "ä", ".gitignore", "0", "A"]
)
NAME = st.lists(PART, min_size=1, max_size=4).map("/".join).map(str.encode) | st.sampled_from(
    [b"\xff", b"a/\xff"]
)
LINES = st.lists(st.tuples(MODE, OID, NAME), max_size=6)


def _output(lines) -> bytes:
    return b"".join(f"{mode} {oid}\t".encode() + name + b"\0" for mode, oid, name in lines)


def _one_by_one(lines) -> tuple[Entries, tuple[str, ...]]:
    listing = Listing()
    for mode, oid, name in lines:
        listing.add(name, kind_of_mode(mode.split()[0]), oid)
    return Entries(listing.sorted()), listing.problems


@given(LINES)
def test_lines_say_what_looking_at_each_says(lines) -> None:
    quick = ListedEntries.read(_output(lines), "")
    entries, problems = _one_by_one(lines)
    if quick is None:
        return
    assert problems == (), "a name with a problem needs a closer look"
    assert quick == entries
    assert list(quick) == list(entries) == sorted(entries)
    assert list(quick.irregular) == list(entries.irregular)
    for folder in (".", "a", "a/a", "/", "x y"):
        assert list(quick.below(folder)) == [
            p for p in entries if folder == "." or p.startswith(f"{folder}/".replace("//", "/"))
        ]


@given(LINES, LINES)
def test_what_differs_does_not_depend_on_how_it_is_kept(one, other) -> None:
    plain, before = _one_by_one(one)[0], _one_by_one(other)[0]
    expected = {path for path in {*plain, *before} if plain.get(path) != before.get(path)}
    assert plain.differing(before) == expected
    quick, quick_before = (ListedEntries.read(_output(lines), "") for lines in (one, other))
    if quick is not None and quick_before is not None:
        modes = {path for path in quick.differing(quick_before) if quick.get(path) == quick_before.get(path)}
        assert quick.differing(quick_before) == expected | modes
        assert quick.differing(before) == expected


@pytest.mark.parametrize(
    "name",
    [b"a\tb\0100644 blob " + b"a" * 40 + b"\tc\td", b".git/x", b"a/../b", b"a//b", b"\xff", b"/a", b"a/"],
)
def test_an_odd_name_needs_a_closer_look(name: bytes) -> None:
    assert ListedEntries.read(_output([("100644 blob", "a" * 40, name)]), "") is None


def test_the_same_name_twice_needs_a_closer_look() -> None:
    assert ListedEntries.read(_output([("100644 blob", "a" * 40, b"a")] * 2), "") is None


def test_only_what_lies_below_the_examined_folder_is_listed() -> None:
    lines = [("100644 blob", "a" * 40, b"deep/er/a"), ("100644 blob", "a" * 40, b"deep/er/b/c")]
    quick = ListedEntries.read(_output(lines), "deep/er/")
    assert quick is not None
    assert list(quick) == ["a", "b/c"]
    assert ListedEntries.read(_output([*lines, ("100644 blob", "a" * 40, b"else")]), "deep/er/") is None
