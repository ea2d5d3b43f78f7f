"""A file below a thousand folders."""

# group: skill tree
# outcome: contained
# says: [deep.py]

from collections.abc import Iterator


def in_git() -> Iterator[tuple[str, bytes, bytes]]:
    yield "100644", b"skills/x/" + b"d/" * 1_000 + b"deep.py", b""
