"""Sends to an address elsewhere by way of the loopback interface, which the kernel takes for no attempt."""

# group: network
# status: passed
# limits: {observe: network}
# network: true
# rules: [network-attempt]
# says: [sent 3 of 3]

import socket
import struct

SO_BINDTODEVICE, IP_PKTINFO, IP_UNICAST_IF = 25, 8, 50
SENT = []
for level, option, value in (
    (socket.SOL_SOCKET, SO_BINDTODEVICE, b"lo\0"),
    (socket.IPPROTO_IP, IP_UNICAST_IF, struct.pack("!I", 1)),
):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.setsockopt(level, option, value)
        SENT.append(sender.sendto(b"-" * 20, ("192.0.2.1", 9)))
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
    way = [(socket.IPPROTO_IP, IP_PKTINFO, struct.pack("=i8x", 1))]
    SENT.append(sender.sendmsg([b"-" * 20], way, 0, ("192.0.2.1", 9)))
print(f"sent {SENT.count(20)} of 3")
