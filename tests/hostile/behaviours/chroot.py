"""Changes what the root is."""

# group: privileges
# status: passed
# says: ["chroot: refused, EPERM", "pivot: refused, EPERM"]

import os

from attempt import attempt, syscall

attempt("chroot", os.chroot, "/tmp")
attempt("pivot", syscall, "pivot_root", b"/tmp", b"/tmp")
