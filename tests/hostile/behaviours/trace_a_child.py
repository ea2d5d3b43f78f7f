"""Traces a process of its own, the way programs are rewritten while they run."""

# group: processes
# status: passed
# says: ["traceme: refused, EPERM"]

from attempt import attempt, syscall

attempt("traceme", syscall, "ptrace", 0, 0, 0, 0)
