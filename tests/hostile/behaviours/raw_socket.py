"""Makes packets by hand."""

# group: network
# status: passed
# says: ["raw_socket: refused, EPERM"]

import socket

from attempt import attempt

attempt("raw_socket", socket.socket, socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
