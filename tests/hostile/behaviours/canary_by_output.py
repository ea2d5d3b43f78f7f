"""Prints what looks like a key."""

# group: secrets
# status: passed
# rules: [canary-touched]
# canaries:
#   - the fake AWS key id (in its output)
#   - the fake AWS secret key (in its output)
#   - the fake GitHub token (in its output)
#   - the fake SSH key (in its output)

import glob
import os

for name, value in os.environ.items():
    print(name, value)
for path in glob.glob(os.path.expanduser("~/.*/*")) + glob.glob(os.path.expanduser("~/.[a-z]*")):
    try:
        print(open(path).read())
    except OSError:
        pass
