"""Print the headings of a Markdown file as an indented outline."""

import argparse
import sys
from pathlib import Path

import mistune


def outline(text, depth=6):
    """(level, title) of each heading down to `depth`."""
    tokens = mistune.create_markdown(renderer="ast")(text)
    headings = (token for token in tokens if token["type"] == "heading" and token["level"] <= depth)
    return [(token["level"], "".join(plain(token["children"]))) for token in headings]


def plain(children):
    """The text of inline tokens without their markup."""
    for child in children:
        yield from plain(child["children"]) if isinstance(child.get("children"), list) else [child.get("text") or ""]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--depth", type=int, default=6)
    arguments = parser.parse_args()
    headings = outline(arguments.file.read_text(encoding="utf-8"), arguments.depth)
    sys.stdout.writelines(f"{'  ' * (level - 1)}- {title}\n" for level, title in headings)


if __name__ == "__main__":
    main()
