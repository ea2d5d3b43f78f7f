"""A test ends the process with 0 before anything is reported."""

# group: lying tests
# phase: tests
# status: failed
# failures: [no report]
# rules: [sandbox]

import os


def test_it():
    os._exit(0)
