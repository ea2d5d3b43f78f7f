"""A link to a file of the machine."""

# group: skill tree
# outcome: refused
# says: [symbolic link]

from pathlib import Path


def on_disk(skill: Path) -> None:
    (skill / "passwd").symlink_to("/etc/passwd")
