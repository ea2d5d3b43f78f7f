"""Prints a link whose text names another address (OSC 8)."""

# group: log injection
# status: passed
# says: ['\x1b]8;;']
# never: ["\e]8"]

print("\x1b]8;;https://evil.example/\x1b\\https://good.example/\x1b]8;;\x1b\\")
