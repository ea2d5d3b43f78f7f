"""Connects to the machine's abstract Unix sockets, which have no file."""

# group: network
# status: passed
# says: ["seen: []", "/tmp/dbus: refused, ECONNREFUSED"]

import socket

from attempt import attempt

seen = [line.split()[-1] for line in open("/proc/net/unix") if "@" in line]
print("seen:", seen)
for name in ("/tmp/dbus", "/tmp/.X11-unix/X0", "/containerd-shim/x", "/run/systemd/private"):
    attempt(name, socket.socket(socket.AF_UNIX).connect, "\0" + name)
