"""Kills every process that it may kill, then goes on."""

# group: processes
# status: passed
# says: [still here]

import os
import signal

try:
    os.kill(-1, signal.SIGKILL)
except ProcessLookupError:
    pass
print("still here")
