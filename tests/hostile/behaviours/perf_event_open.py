"""Counts what the machine's processors do."""

# group: privileges
# status: passed
# says: ["perf_event_open: refused, EPERM"]

from attempt import attempt, syscall

attempt("perf_event_open", syscall, "perf_event_open", 0, 0, -1, -1, 0)
