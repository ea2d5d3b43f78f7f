"""A name that is a path on other systems."""

# group: skill tree
# outcome: refused
# says: [not a relative path]

from collections.abc import Iterator


def in_git() -> Iterator[tuple[str, bytes, bytes]]:
    yield "100644", b"skills/x/..\\..\\evil.py", b""
