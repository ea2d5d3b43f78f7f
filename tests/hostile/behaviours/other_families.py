"""Makes sockets of families that have had holes: crypto, TIPC, CAN, Bluetooth, Xen."""

# group: network
# status: passed
# says: [done]

import socket

from attempt import attempt

for family in (3, 9, 21, 29, 30, 31, 38, 40, 41, 44, 45):
    attempt(f"family {family}", socket.socket, family, socket.SOCK_SEQPACKET)
    attempt(f"family {family}", socket.socket, family, socket.SOCK_DGRAM)
print("done")
