"""Opens a ring through which calls pass by every filter."""

# group: privileges
# status: passed
# says: ["io_uring_setup: refused, EPERM"]

from attempt import attempt, syscall

attempt("io_uring_setup", syscall, "io_uring_setup", 8, bytes(120))
