"""Makes folders inside folders, deeper than any path can name."""

# group: bombs
# status: passed
# says: [done]

import os

os.chdir("/tmp")
for _ in range(1_000):
    os.mkdir("d")
    os.chdir("d")
print("done")
