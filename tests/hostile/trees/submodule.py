"""A commit of another repository in the skill's place."""

# group: skill tree
# outcome: broken
# says: [submodule]

from collections.abc import Iterator


def in_git() -> Iterator[tuple[str, bytes, bytes]]:
    yield "160000", b"skills/x/other", b"1" * 40
