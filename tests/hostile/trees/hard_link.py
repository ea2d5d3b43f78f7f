"""A second name of a file elsewhere: it becomes a file of its own."""

# group: skill tree
# outcome: contained
# says: [linked.txt]

import os
from pathlib import Path


def on_disk(skill: Path) -> None:
    outside = skill.parents[1] / "outside.txt"
    outside.write_text("of somebody else\n")
    os.link(outside, skill / "linked.txt")
