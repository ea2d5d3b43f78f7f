"""A name that is made of terminal codes."""

# group: skill tree
# outcome: refused
# says: [control characters]
# never: ["\e", "\r"]

from collections.abc import Iterator


def in_git() -> Iterator[tuple[str, bytes, bytes]]:
    yield "100644", b"skills/x/\x1b[2Ja\r.py", b""
