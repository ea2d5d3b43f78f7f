"""Looks at the host name, which is made up for every run and says nothing."""

# group: not prevented
# status: passed
# says: ["random: True"]

import re
import socket

print("random:", bool(re.fullmatch("[0-9a-f]{12}", socket.gethostname())))
