"""Print a CSV file as a table."""

import argparse
import csv
import sys

from tabulate import tabulate


def table(rows, columns=None, style="github"):
    """Rows of dictionaries as a table of the wanted columns."""
    rows = list(rows)
    wanted = columns or (list(rows[0]) if rows else [])
    return tabulate([[row[column] for column in wanted] for row in rows], headers=wanted, tablefmt=style)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=argparse.FileType(encoding="utf-8"), help="CSV with a header line, - for standard input")
    parser.add_argument("--columns", nargs="+")
    parser.add_argument("--format", default="github", choices=["github", "simple", "grid"])
    arguments = parser.parse_args()
    sys.stdout.write(table(csv.DictReader(arguments.file), arguments.columns, arguments.format) + "\n")


if __name__ == "__main__":
    main()
