"""Two names that are one on other systems: both are there, each by its own."""

# group: skill tree
# outcome: contained
# says: [Tool.py, tool.py]

from collections.abc import Iterator


def in_git() -> Iterator[tuple[str, bytes, bytes]]:
    yield "100644", b"skills/x/Tool.py", b"print('safe')\n"
    yield "100644", b"skills/x/tool.py", b"print('evil')\n"
