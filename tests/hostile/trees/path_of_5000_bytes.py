"""A path that no system call takes."""

# group: skill tree
# outcome: refused
# says: [too long]

from collections.abc import Iterator


def in_git() -> Iterator[tuple[str, bytes, bytes]]:
    yield "100644", b"skills/x/" + b"d/" * 2_500 + b"deep.py", b""
