"""Prints without end."""

# group: bombs
# status: failed
# limit: output
# rules: [output-flood]
# limits: {output_kb: 64}

while True:
    print("x" * 4_000)
