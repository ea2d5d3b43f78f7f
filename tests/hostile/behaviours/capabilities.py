"""Asks for every capability there is, and looks for one it may have."""

# group: privileges
# status: passed
# says: ["capset: refused, EPERM", "has: []"]

import ctypes
import re

from attempt import attempt, syscall

header = (ctypes.c_uint32 * 2)(0x20080522, 0)
wanted = (ctypes.c_uint32 * 6)(*[0xFFFFFFFF] * 6)
attempt("capset", syscall, "capset", header, wanted)
sets = re.findall(r"Cap(\w+):\s+([0-9a-f]+)", open("/proc/self/status").read())
print("has:", [name for name, value in sets if int(value, 16)])
