"""Prints terminal codes: colours, cursor moves, a cleared screen, a title."""

# group: log injection
# status: passed
# says: ['\x1b[2J', '\x9b31m']
# never: ["\e", "\x9b"]

print("\x1b[31mred\x1b[0m\x1b[2J\x1b[H\x1b]0;title\x07")
print("\x9b31mred")
