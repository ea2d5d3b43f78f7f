"""Makes namespaces of its own, a user namespace among them, to be root in there."""

# group: privileges
# status: passed
# says: ["user: refused, EPERM", "mount: refused, EPERM", "net: refused, EPERM", "pid: refused, EPERM"]

from attempt import attempt, syscall

for name, flag in {"user": 0x10000000, "mount": 0x20000, "net": 0x40000000, "pid": 0x20000000}.items():
    attempt(name, syscall, "unshare", flag)
