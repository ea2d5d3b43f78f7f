"""The arena asserts for the tests, so its assertions are shown like theirs."""

import pytest

pytest.register_assert_rewrite("tests.hostile.arena")
