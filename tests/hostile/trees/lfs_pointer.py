"""A file whose content lies on a server, so that nobody has seen it."""

# group: skill tree
# outcome: broken
# says: [Git LFS]

from collections.abc import Iterator


def in_git() -> Iterator[tuple[str, bytes, bytes]]:
    yield "100644", b"skills/x/tool.py", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
