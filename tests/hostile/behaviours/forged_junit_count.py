"""One test passes; the report tells of forty."""

# group: lying tests
# phase: tests
# status: failed
# failures: [the report tells of 40 passed]
# rules: [sandbox]

import atexit
import os
import sys

REPORT = next(word.partition("=")[2] for word in sys.argv if word.startswith("--junitxml="))
CASES = '<testcase classname="a" name="test_it"/>' * 40


def forge():
    with open(REPORT, "w") as file:
        file.write(f"<testsuites><testsuite>{CASES}</testsuite></testsuites>")
    os._exit(0)


atexit.register(forge)


def test_it():
    pass
