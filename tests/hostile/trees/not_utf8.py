"""A name that is no text."""

# group: skill tree
# outcome: broken
# says: [special file]

from collections.abc import Iterator


def in_git() -> Iterator[tuple[str, bytes, bytes]]:
    yield "100644", b"skills/x/\xff\xfe.py", b""
