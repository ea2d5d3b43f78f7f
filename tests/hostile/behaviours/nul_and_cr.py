"""Prints NUL, backspace and carriage return, to write over what was said."""

# group: log injection
# status: passed
# says: ['\x00', '\x0d', '\x08']
# never: ["\0", "\r", "\b"]

print("FAILED\rpassed\0\b\b\b\x7f\x0b\x0c")
