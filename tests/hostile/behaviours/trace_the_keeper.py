"""Attaches to the keeper as a debugger does."""

# group: processes
# status: passed
# says: ["attach: refused, EPERM", "seize: refused, EPERM"]

from attempt import attempt, syscall

attempt("attach", syscall, "ptrace", 16, 1, 0, 0)
attempt("seize", syscall, "ptrace", 0x4206, 1, 0, 0)
