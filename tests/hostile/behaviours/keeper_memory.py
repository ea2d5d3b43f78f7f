"""Opens the memory, the root, the environment and the descriptors of process 1."""

# group: processes
# status: passed
# says: ["mem: refused, EACCES", "root: refused, EACCES", "environ: refused, EACCES", "fd: refused, EACCES"]

import os

from attempt import attempt, write

attempt("mem", write, "/proc/1/mem", "x")
attempt("root", os.listdir, "/proc/1/root/")
attempt("environ", lambda: open("/proc/1/environ").read())
attempt("fd", os.listdir, "/proc/1/fd")
