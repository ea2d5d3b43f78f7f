"""A link to a file of the same skill: it becomes a file."""

# group: skill tree
# outcome: contained
# says: ["copy.py"]

from pathlib import Path


def on_disk(skill: Path) -> None:
    (skill / "copy.py").symlink_to("run.py")
