"""A link to a whole folder of the machine."""

# group: skill tree
# outcome: refused
# says: [symbolic link]

from pathlib import Path


def on_disk(skill: Path) -> None:
    (skill / "etc").symlink_to("/etc", target_is_directory=True)
