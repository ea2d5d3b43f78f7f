"""Prints every variable that any process has: planted secrets, and none of the machine's."""

# group: secrets
# status: passed
# rules: [canary-touched]
# canaries:
#   - the fake AWS key id (in its output)
#   - the fake AWS secret key (in its output)
#   - the fake GitHub token (in its output)
# says: [HOME=/tmp]
# never: [GITHUB_]

import glob
import os

for name, value in sorted(os.environ.items()):
    print(f"{name}={value}")
for path in glob.glob("/proc/[0-9]*/environ"):
    try:
        print(open(path).read().replace("\0", "\n"))
    except OSError:
        pass
