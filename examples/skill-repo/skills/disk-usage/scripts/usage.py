"""Show the largest folders below a folder."""

import argparse
import sys
from pathlib import Path

import humanize


def sizes(root):
    """Bytes of the files below each immediate subfolder; links are not followed."""
    folders = (entry for entry in root.iterdir() if entry.is_dir() and not entry.is_symlink())
    return {folder.name: sum(f.lstat().st_size for f in folder.rglob("*") if not f.is_dir()) for folder in folders}


def report(sizes_by_name, top):
    """Lines of the report, largest first."""
    largest = sorted(sizes_by_name.items(), key=lambda item: (-item[1], item[0]))[:top]
    return [f"{humanize.naturalsize(size, binary=True):>12}  {name}" for name, size in largest]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--top", type=int, default=10)
    arguments = parser.parse_args()
    sys.stdout.writelines(f"{line}\n" for line in report(sizes(arguments.folder), arguments.top))


if __name__ == "__main__":
    main()
