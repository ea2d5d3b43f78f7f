"""Makes a file that claims to hold a terabyte."""

# group: bombs
# status: passed
# says: ["sparse: refused, EFBIG"]

import os

from attempt import attempt

with open("/tmp/sparse", "wb") as file:
    attempt("sparse", os.truncate, file.fileno(), 1 << 40)
