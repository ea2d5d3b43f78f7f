"""Raises its own limits, leaves its control group, sets a release agent."""

# group: privileges
# status: passed
# says: [done]

import glob

from attempt import attempt

# Opened for writing and closed again: nothing is written.
names = (
    "memory.limit_in_bytes",
    "memory.max",
    "pids.max",
    "cgroup.procs",
    "release_agent",
    "notify_on_release",
)
for name in names:
    for path in sorted({*glob.glob(f"/sys/fs/cgroup/{name}"), *glob.glob(f"/sys/fs/cgroup/*/{name}")}):
        attempt(path, open, path, "r+")
attempt("new group", __import__("os").mkdir, "/sys/fs/cgroup/memory/mine")
print("done")
