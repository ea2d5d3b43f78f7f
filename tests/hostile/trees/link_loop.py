"""Links that lead to each other."""

# group: skill tree
# outcome: refused
# says: [symbolic link]

from pathlib import Path


def on_disk(skill: Path) -> None:
    (skill / "a").symlink_to("b")
    (skill / "b").symlink_to("a")
