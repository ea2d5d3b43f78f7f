"""A named pipe: whoever opens it waits for ever."""

# group: skill tree
# outcome: broken
# says: [special file]

import os
from pathlib import Path


def on_disk(skill: Path) -> None:
    os.mkfifo(skill / "pipe")
