"""A name that holds a line of its own, which reads like a build instruction."""

# group: skill tree
# outcome: refused
# says: [control characters]
# never: ["\nRUN"]

from collections.abc import Iterator


def in_git() -> Iterator[tuple[str, bytes, bytes]]:
    yield "100644", b"skills/x/a\nRUN evil", b""
