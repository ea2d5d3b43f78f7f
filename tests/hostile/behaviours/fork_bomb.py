"""Forks until the kernel refuses, in every child."""

# group: bombs
# status: failed
# limit: pids
# rules: [resource-limit]
# limits: {wall_seconds: 3}

import os

while True:
    try:
        os.fork()
    except OSError:
        pass
