"""A link to the repository's own configuration, where tokens lie."""

# group: skill tree
# outcome: refused
# says: [symbolic link]

from pathlib import Path


def on_disk(skill: Path) -> None:
    (skill / "config").symlink_to("../../.git/config")
