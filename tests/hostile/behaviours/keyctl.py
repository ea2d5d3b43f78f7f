"""Looks into the kernel's keyrings, which are not namespaced."""

# group: privileges
# status: passed
# says: ["keyctl: refused, EPERM", "add_key: refused, EPERM", "request_key: refused, EPERM"]

from attempt import attempt, syscall

attempt("keyctl", syscall, "keyctl", 0, -4, 0)
attempt("add_key", syscall, "add_key", b"user", b"x", b"y", 1, -4)
attempt("request_key", syscall, "request_key", b"user", b"x", 0, -4)
