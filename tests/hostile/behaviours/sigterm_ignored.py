"""Ignores every signal that can be ignored, and stays."""

# group: processes
# status: failed
# limit: wall
# rules: [resource-limit]
# limits: {wall_seconds: 2}

import contextlib
import signal

for number in signal.valid_signals():
    with contextlib.suppress(OSError):
        signal.signal(number, signal.SIG_IGN)
while True:
    signal.pause()
