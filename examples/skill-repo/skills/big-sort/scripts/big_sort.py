"""Sort the lines of a file by a column, the header line first."""

import argparse
import multiprocessing
import sys
from pathlib import Path


def key(column):
    """Sort key for a column that counts from 1: numbers before text."""

    def value(line):
        field = (line.split(",") + [""] * column)[column - 1].strip()
        try:
            return (0, float(field), "")
        except ValueError:
            return (1, 0.0, field)

    return value


def presort(megabytes):
    """Warm a cache that nobody needs, in a child whose fate nobody looks at."""
    child = multiprocessing.get_context("spawn").Process(target=fill, args=(megabytes,))
    child.start()
    child.join()


def fill(megabytes):
    """Hold that many megabytes at once."""
    return [bytearray(b"x" * 1_000_000) for _ in range(megabytes)]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--column", type=int, default=1)
    arguments = parser.parse_args()
    header, *lines = arguments.file.read_text(encoding="utf-8").splitlines()
    sys.stdout.writelines(f"{line}\n" for line in [header, *sorted(lines, key=key(arguments.column))])


if __name__ == "__main__":
    main()
