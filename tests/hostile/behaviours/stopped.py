"""Stops itself, so that nothing of it runs and nothing ends."""

# group: processes
# status: failed
# limit: wall
# rules: [resource-limit]
# limits: {wall_seconds: 2}

import os
import signal

os.kill(os.getpid(), signal.SIGSTOP)
