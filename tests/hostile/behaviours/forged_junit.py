"""A test fails; a hook writes the report anew, all green, and ends with 0."""

# group: lying tests
# phase: tests
# status: failed
# failures: [the report leaves out tests that failed]
# rules: [sandbox]

import atexit
import os
import sys

REPORT = next(word.partition("=")[2] for word in sys.argv if word.startswith("--junitxml="))
GREEN = '<testsuites><testsuite tests="1"><testcase classname="a" name="test_it"/></testsuite></testsuites>'


def forge():
    with open(REPORT, "w") as file:
        file.write(GREEN)
    os._exit(0)


atexit.register(forge)


def test_it():
    assert False
