"""Prints every variable that any process has."""

# group: secrets
# status: passed
# says: [HOME=/tmp]
# never: [TOKEN, SECRET, AKIA, ghp_]

import glob
import os

for name, value in sorted(os.environ.items()):
    print(f"{name}={value}")
for path in glob.glob("/proc/[0-9]*/environ"):
    try:
        print(open(path).read().replace("\0", "\n"))
    except OSError:
        pass
