"""Opens files until it may open no more."""

# group: bombs
# status: passed
# says: ["descriptors: refused, EMFILE"]

import os

from attempt import attempt


def hoard():
    while True:
        os.open("/dev/null", os.O_RDONLY)


attempt("descriptors", hoard)
