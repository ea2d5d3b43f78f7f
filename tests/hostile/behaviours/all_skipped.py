"""Skips every test that it has."""

# group: lying tests
# phase: tests
# status: failed
# failures: [no test ran]
# rules: [sandbox]

import pytest


@pytest.mark.skip(reason="not today")
def test_it():
    assert False
