"""Enters the namespaces of process 1."""

# group: privileges
# status: passed
# says: ["setns: refused, EPERM"]
# never: ["open: WORKED"]

import os

from attempt import attempt, syscall

attempt("open", os.open, "/proc/1/ns/mnt", os.O_RDONLY)
attempt("setns", syscall, "setns", os.open("/proc/self/ns/mnt", os.O_RDONLY), 0)
