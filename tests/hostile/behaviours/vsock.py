"""Talks to the hypervisor, for which no network is needed."""

# group: network
# status: passed
# says: ["vsock: refused, EPERM"]

import socket

from attempt import attempt

attempt("vsock", socket.socket, socket.AF_VSOCK, socket.SOCK_STREAM)
