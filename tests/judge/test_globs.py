"""One meaning of path globs everywhere: a star never crosses a folder."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.rules.globs import matches

paths = st.lists(st.text("ab.*?[", min_size=1, max_size=4), min_size=1, max_size=4).map("/".join)


@pytest.mark.parametrize(
    ("glob", "path", "expected"),
    [
        ("skills/*", "skills/a", True),
        ("skills/*", "skills/a/b", False),
        ("skills/*", "skills", False),
        ("skills/*", "Skills/a", False),
        ("skills/?", "skills/ab", False),
        ("skills/[ab]", "skills/b", True),
        ("skills/**", "skills/a/b", True),
        ("skills/**", "skills", True),
        ("**", ".", True),
        ("*", ".", True),
        ("**/geo", "skills/data/geo", True),
        ("**/geo", "geo", True),
        ("a/**/z", "a/z", True),
        ("a/**/z", "a/b/c/z", True),
        ("a/**/z", "a/b/c", False),
        ("x/**", "a", False),
        ("", "a", False),
    ],
)
def test_matches(glob, path, expected):
    assert matches(glob, path) is expected


@given(paths)
def test_two_stars_match_everything(path):
    assert matches("**", path)


@given(paths, paths)
def test_it_never_raises(glob, path):
    assert matches(glob, path) in (True, False)


def test_a_hostile_glob_takes_no_time():
    start = time.perf_counter()
    matches("/".join(["**", "*a*a*a*a*b"] * 20), "/".join(["a" * 200] * 40))
    assert time.perf_counter() - start < 5
