"""Keeps every processor busy, with more processes than there are."""

# group: bombs
# status: failed
# limit: wall
# rules: [resource-limit]
# cpu_per_wall: 0.7
# limits: {wall_seconds: 3, cpus: 0.5}

import os

for _ in range(3):
    os.fork()
while True:
    pass
