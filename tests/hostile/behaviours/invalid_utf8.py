"""Prints bytes that are no text in any encoding."""

# group: log injection
# status: passed
# says: ['\xff\xfe', '\xc0\xaf']

import sys

sys.stdout.buffer.write(b"\xff\xfe \xc0\xaf \xed\xa0\x80 \xf4\x90\x80\x80 \x80\n")
