"""Looks for set-uid programs that came with the image, and for no_new_privs."""

# group: privileges
# status: passed
# says: ["found: []", "NoNewPrivs: 1"]

import os
import re
import stat

found = []
for folder in ("/bin", "/usr/bin", "/usr/local/bin", "/sbin", "/usr/sbin", "/opt/skill_env/bin"):
    for entry in os.scandir(folder) if os.path.isdir(folder) else ():
        if entry.stat(follow_symlinks=False).st_mode & (stat.S_ISUID | stat.S_ISGID):
            found.append(entry.path)
print("found:", found)
print("NoNewPrivs:", re.search(r"NoNewPrivs:\s+(\d)", open("/proc/self/status").read())[1])
