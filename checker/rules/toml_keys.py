"""How much a TOML text may ask of its parser. Pure."""

from __future__ import annotations

#: About 50 MB. Real lines have a few dots; one of 3,000 would be needed to reach it.
_MOST = 10_000_000


def too_dotted(text: str) -> bool:
    """Whether its keys (`a.b.c`) may have so many parts that reading them takes the machine's memory.

    `tomllib` keeps every beginning of a key, so memory grows with the square of its parts: a key of 100,000,
    in 200 kB, takes 40 GB. No key has more parts than its line has dots, wherever these stand.
    """
    return sum(line.count(".") ** 2 for line in text.split("\n")) > _MOST
