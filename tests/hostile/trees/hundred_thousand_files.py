"""More files than any skill needs."""

# group: skill tree
# outcome: refused
# says: [files]
# slow: true

from collections.abc import Iterator


def in_git() -> Iterator[tuple[str, bytes, bytes]]:
    for number in range(100_000):
        yield "100644", b"skills/x/%d" % number, b""
