"""The part of CHANGELOG.md about one release, or why a tag is none: `python -m scripts.changelog v1.2.3`."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
_RELEASE = re.compile(r"^## (\d+\.\d+\.\d+) - \d{4}-\d\d-\d\d$")


def sections(text: str) -> dict[str, str]:
    """Version or `Unreleased` → its text, in the file's order. Raises SystemExit for another heading."""
    found = {}
    for part in re.split(r"^(?=## )", text, flags=re.MULTILINE)[1:]:
        heading, _, rest = part.partition("\n")
        release = _RELEASE.match(heading)
        if not release and heading != "## Unreleased":
            raise SystemExit(
                f"CHANGELOG.md: `{heading}` is neither `## Unreleased` nor `## X.Y.Z - YYYY-MM-DD`"
            )
        found[release[1] if release else "Unreleased"] = rest.strip()
    return found


def version(root: Path = ROOT) -> str:
    """What the program calls itself."""
    found = re.search(r'^__version__ = "([^"]+)"$', (root / "checker/__init__.py").read_text(), re.MULTILINE)
    if found is None:
        raise SystemExit("checker/__init__.py has no __version__")
    return found[1]


def notes(tag: str, root: Path = ROOT) -> str:
    """What is new in the release of this tag. Raises SystemExit where version and changelog do not fit it."""
    if tag != f"v{version(root)}":
        raise SystemExit(f"the tag is {tag}, and the program calls itself {version(root)}")
    known = sections((root / "CHANGELOG.md").read_text())
    if known.get("Unreleased"):
        raise SystemExit("CHANGELOG.md has changes under Unreleased: give them the version's heading")
    if not known.get(version(root)):
        raise SystemExit(f"CHANGELOG.md says nothing of {version(root)}")
    return known[version(root)]


if __name__ == "__main__":
    print(notes(sys.argv[1]))
