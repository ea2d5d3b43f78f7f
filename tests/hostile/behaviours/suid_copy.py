"""Copies a shell, makes it set-uid, and starts it."""

# group: privileges
# status: passed
# says: ["start: refused, EACCES"]

import os
import shutil
import subprocess

from attempt import attempt

shutil.copy("/bin/sh", "/tmp/sh")
os.chmod("/tmp/sh", 0o6755)
attempt("start", subprocess.run, ["/tmp/sh", "-p", "-c", "id"])
