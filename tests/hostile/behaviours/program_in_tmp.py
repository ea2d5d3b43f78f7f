"""Writes a program to /tmp, starts it, and maps it as a library."""

# group: privileges
# status: passed
# says: ["start: refused, EACCES", "map: refused"]

import ctypes
import os
import subprocess

from attempt import attempt

with open("/tmp/run", "w") as file:
    file.write("#!/bin/sh\necho ran\n")
os.chmod("/tmp/run", 0o755)
attempt("start", subprocess.run, ["/tmp/run"])
library = next(line.split()[-1] for line in open("/proc/self/maps") if "libc.so" in line)
with open(library, "rb") as source, open("/tmp/lib.so", "wb") as copy:
    copy.write(source.read())
try:
    ctypes.CDLL("/tmp/lib.so")
    print("map: WORKED")
except OSError as error:
    print("map: refused,", error)
