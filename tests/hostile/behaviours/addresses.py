"""Connects to plain addresses, over both versions of IP, and sends a datagram."""

# group: network
# status: passed
# network: true
# rules: [network-attempt]
# says: ["tcp 4: refused, ENETUNREACH", "tcp 6: refused, ENETUNREACH"]

import socket

from attempt import attempt

attempt("tcp 4", socket.create_connection, ("192.0.2.1", 443), 3)
attempt("tcp 6", socket.create_connection, ("2001:db8::1", 443), 3)
attempt("udp", socket.socket(type=socket.SOCK_DGRAM).sendto, b"x", ("192.0.2.1", 53))
