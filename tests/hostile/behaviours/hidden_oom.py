"""A child runs out of memory; the parent ends with 0 as if nothing had been."""

# group: bombs
# status: failed
# exit: 0
# limit: memory
# rules: [resource-limit]
# limits: {memory_mb: 64}

import subprocess
import sys

subprocess.run([sys.executable, "-c", "x = bytearray(1 << 30)"])
