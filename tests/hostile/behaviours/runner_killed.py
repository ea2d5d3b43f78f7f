"""Kills the runner that waits for the tests, and stays."""

# group: lying tests
# phase: tests
# status: failed
# reason: ended without a report
# leftovers: true
# rules: [sandbox, orphan-process]

import os
import signal
import time


def test_it():
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(600)
