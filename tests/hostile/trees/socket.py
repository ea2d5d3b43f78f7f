"""A Unix socket."""

# group: skill tree
# outcome: broken
# says: [special file]

import socket
from pathlib import Path


def on_disk(skill: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(skill / "s"))
