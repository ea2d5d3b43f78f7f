"""Signals init and the sleeper, which keep the box alive."""

# group: processes
# status: passed
# says: ["kill 1: refused, EPERM"]

import os
import signal

from attempt import attempt

for pid in sorted(int(name) for name in os.listdir("/proc") if name.isdigit()):
    if pid != os.getpid():
        attempt(f"kill {pid}", os.kill, pid, signal.SIGKILL)
