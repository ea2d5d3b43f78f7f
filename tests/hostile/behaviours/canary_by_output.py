"""Prints what looks like a key."""

# group: secrets
# status: passed
# rules: [canary-touched]

import glob
import os

for name, value in os.environ.items():
    print(name, value)
for path in glob.glob(os.path.expanduser("~/.*/*")) + glob.glob(os.path.expanduser("~/.[a-z]*")):
    try:
        print(open(path).read())
    except OSError:
        pass
