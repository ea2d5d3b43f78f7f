"""Mounts, binds, and takes mounts away."""

# group: privileges
# status: passed
# says: ["tmpfs: refused, EPERM", "bind: refused, EPERM", "remount: refused, EPERM", "umount: refused, EPERM"]

from attempt import attempt, syscall

attempt("tmpfs", syscall, "mount", b"none", b"/tmp", b"tmpfs", 0, 0)
attempt("bind", syscall, "mount", b"/proc", b"/tmp", 0, 4096, 0)
attempt("remount", syscall, "mount", 0, b"/", 0, 32, 0)
attempt("umount", syscall, "umount2", b"/tmp", 2)
