"""A test fails; an exit hook turns the exit code into 0."""

# group: lying tests
# phase: tests
# status: failed
# failures: [exit code 0 although tests failed]
# rules: [sandbox]

import atexit
import os

atexit.register(os._exit, 0)


def test_it():
    assert False
