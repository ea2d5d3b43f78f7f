"""Asks the kernel for a network interface and for packet filters."""

# group: network
# status: passed
# says: ["netfilter: refused, EPERM", "interfaces: ['lo']"]

import os
import socket

from attempt import attempt

attempt("netfilter", socket.socket, socket.AF_NETLINK, socket.SOCK_RAW, 12)
print("interfaces:", os.listdir("/sys/class/net"))
