"""Names a program that the kernel would start as root at the next crash."""

# group: privileges
# status: passed
# says: ["core_pattern: refused, E", "modprobe: refused, E", "uevent: refused, E"]

from attempt import attempt

# Opened for writing and closed again: nothing is written.
attempt("core_pattern", open, "/proc/sys/kernel/core_pattern", "r+")
attempt("modprobe", open, "/proc/sys/kernel/modprobe", "r+")
attempt("uevent", open, "/sys/kernel/uevent_helper", "r+")
