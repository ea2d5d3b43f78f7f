"""Leaves a daemon behind that holds the output open."""

# group: processes
# status: passed
# leftovers: true
# rules: [orphan-process]
# within: 8

import os
import time

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        pass
        time.sleep(600)
    os._exit(0)
os.wait()
