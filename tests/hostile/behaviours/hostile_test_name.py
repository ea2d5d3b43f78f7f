"""A failing test whose name is made of workflow commands, table cells and code marks."""

# group: lying tests
# phase: tests
# status: failed
# failures: [test_it]
# rules: [sandbox]
# never: ["\e["]

import pytest


@pytest.mark.parametrize("text", ["::error::x", "a|b|```c", "\x1b[31m", "</details><script>", "\u202e"])
def test_it(text):
    assert not text
