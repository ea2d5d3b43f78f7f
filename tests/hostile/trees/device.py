"""A device file: reading it never ends."""

# group: skill tree
# outcome: broken
# says: [special file]

import os
import stat
from pathlib import Path


def on_disk(skill: Path) -> None:
    os.mknod(skill / "zero", stat.S_IFCHR | 0o666, os.makedev(1, 5))
