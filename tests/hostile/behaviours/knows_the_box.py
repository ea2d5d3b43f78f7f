"""Tells that it is examined: by /.dockerenv, mounts, uid and the missing network."""

# group: not prevented
# status: passed
# says: ["dockerenv: True", "uid: 1000"]

import os

print("dockerenv:", os.path.exists("/.dockerenv"))
print("overlay:", "overlay" in open("/proc/mounts").readline())
print("uid:", os.getuid())
print("interfaces:", os.listdir("/sys/class/net"))
