"""Writes into another process's memory by system call."""

# group: privileges
# status: passed
# says: ["write: refused, EPERM"]

from attempt import attempt, syscall

attempt("write", syscall, "process_vm_writev", 1, 0, 0, 0, 0, 0)
