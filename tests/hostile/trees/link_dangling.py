"""A link to nothing."""

# group: skill tree
# outcome: refused
# says: [symbolic link]

from pathlib import Path


def on_disk(skill: Path) -> None:
    (skill / "gone").symlink_to("no-such-file")
