"""Files kept in Git LFS: what git holds is a pointer, and the content is elsewhere. Pure."""

from __future__ import annotations

import re

#: Bytes of the largest pointer that git-lfs reads.
MAX_POINTER = 1024
#: git-lfs also takes its older addresses, and this line below blank ones and those of extensions.
_VERSION = re.compile(
    rb"^version (?:https://(?:git-lfs|hawser)\.github\.com/spec/v1|http://git-media\.io/v/2)\r?$",
    re.MULTILINE,
)


def is_pointer(data: bytes) -> bool:
    """Whether a checkout may put another content in the place of `data`."""
    return len(data) <= MAX_POINTER and _VERSION.search(data) is not None
