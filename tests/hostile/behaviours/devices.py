"""Opens devices of the machine."""

# group: privileges
# status: passed
# says: [done]

import os

from attempt import attempt

for name in ("mem", "kmem", "port", "kmsg", "sda", "vda", "nvme0n1", "kvm", "fuse", "net/tun", "loop0"):
    attempt(name, os.open, f"/dev/{name}", os.O_RDWR)
print("done")
