"""Hides memory in files that have no name."""

# group: bombs
# status: failed
# limit: memory
# rules: [resource-limit]
# limits: {memory_mb: 64}

import os

for number in range(1000):
    os.write(os.memfd_create(str(number)), b"x" * (1 << 22))
