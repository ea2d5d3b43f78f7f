"""Prints without end and without a newline, to standard error."""

# group: bombs
# status: failed
# limit: output
# rules: [output-flood]
# limits: {output_kb: 64}

import os

while True:
    os.write(2, bytes(65_536))
