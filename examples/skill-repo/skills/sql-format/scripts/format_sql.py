"""Format SQL from standard input."""

import argparse
import sys

import sqlparse


def pretty(sql, keywords="upper"):
    """The same statements, indented."""
    return sqlparse.format(sql, reindent=True, keyword_case=keywords).strip() + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keywords", default="upper", choices=["upper", "lower"])
    arguments = parser.parse_args()
    sys.stdout.write(pretty(sys.stdin.read(), arguments.keywords))


if __name__ == "__main__":
    main()
