"""A name that deletes another file when layers of an image are stacked."""

# group: skill tree
# outcome: refused
# says: [deletion mark]

from collections.abc import Iterator


def in_git() -> Iterator[tuple[str, bytes, bytes]]:
    yield "100644", b"skills/x/.wh.run.py", b""
