"""Makes device files: the first disk, memory, a console."""

# group: privileges
# status: passed
# says: ["disk: refused, EPERM", "mem: refused, EPERM"]

import os
import stat

from attempt import attempt

attempt("disk", os.mknod, "/tmp/disk", stat.S_IFBLK | 0o666, os.makedev(8, 0))
attempt("mem", os.mknod, "/tmp/mem", stat.S_IFCHR | 0o666, os.makedev(1, 1))
