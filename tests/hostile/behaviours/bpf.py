"""Loads a program into the kernel."""

# group: privileges
# status: passed
# says: ["bpf: refused, EPERM"]

from attempt import attempt, syscall

attempt("bpf", syscall, "bpf", 0, 0, 0)
