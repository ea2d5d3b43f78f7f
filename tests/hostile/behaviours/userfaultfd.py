"""Handles page faults itself, as exploits do to win races."""

# group: privileges
# status: passed
# says: ["userfaultfd: refused, EPERM"]

from attempt import attempt, syscall

attempt("userfaultfd", syscall, "userfaultfd", 0)
