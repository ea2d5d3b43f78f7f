"""Takes memory and touches all of it."""

# group: bombs
# status: failed
# limit: memory
# rules: [resource-limit]
# limits: {memory_mb: 64}

hoard = []
while True:
    hoard.append(b"x" * (1 << 22))
