"""A link that climbs out of the repository."""

# group: skill tree
# outcome: refused
# says: [symbolic link]

from pathlib import Path


def on_disk(skill: Path) -> None:
    (skill / "up").symlink_to("../../../../../../etc/passwd")
