"""Writes to the trigger that could reboot the machine."""

# group: privileges
# status: passed
# says: ["sysrq: refused,"]

from attempt import attempt, write

# "h" prints a help text, should it ever be let through.
attempt("sysrq", write, "/proc/sysrq-trigger", "h")
