"""Assertions of the arena are shown like those of tests; the corpus itself is never collected."""

import pytest

#: Some of these end the process that imports them, with exit code 0.
collect_ignore = ["behaviours", "trees", "wheels"]

pytest.register_assert_rewrite("tests.hostile.arena")
