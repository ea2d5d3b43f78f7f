"""Prints one line of two hundred thousand characters."""

# group: log injection
# status: passed
# truncated: true

print("x" * 200_000)
