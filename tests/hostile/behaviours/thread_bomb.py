"""Starts threads until the kernel refuses."""

# group: bombs
# status: failed
# limit: pids
# rules: [resource-limit]

import threading

stop = threading.Event()
try:
    while True:
        threading.Thread(target=stop.wait).start()
except RuntimeError:
    stop.set()
