"""Leaves a daemon behind that has closed everything it had."""

# group: processes
# status: passed
# leftovers: true
# rules: [orphan-process]

import os
import time

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.closerange(0, 1024)
        time.sleep(600)
    os._exit(0)
os.wait()
