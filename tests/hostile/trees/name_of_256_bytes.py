"""A name that no file system can hold."""

# group: skill tree
# outcome: refused
# says: [too long]

from collections.abc import Iterator


def in_git() -> Iterator[tuple[str, bytes, bytes]]:
    yield "100644", b"skills/x/" + b"n" * 256, b""
