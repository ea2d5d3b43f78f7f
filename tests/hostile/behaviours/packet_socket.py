"""Reads every packet of the interface."""

# group: network
# status: passed
# says: ["packet_socket: refused, EPERM"]

import socket

from attempt import attempt

attempt("packet_socket", socket.socket, socket.AF_PACKET, socket.SOCK_RAW)
