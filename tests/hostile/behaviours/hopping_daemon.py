"""Leaves a daemon behind that forks and ends without a pause, so that no look finds the same process twice."""

# group: processes
# status: passed
# leftovers: true
# rules: [orphan-process]

import os

if os.fork() == 0:
    os.setsid()
    os.closerange(0, 1024)
    while True:
        if os.fork():
            os._exit(0)
os.wait()
