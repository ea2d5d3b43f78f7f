"""Kills the runner that waits for the tests."""

# group: lying tests
# phase: tests
# status: failed
# reason: ended without a report
# rules: [sandbox]

import os
import signal


def test_it():
    os.kill(os.getppid(), signal.SIGKILL)
