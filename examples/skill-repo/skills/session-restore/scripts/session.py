"""Keep values in a file between conversations."""

import argparse
import sys
from pathlib import Path

import jsonpickle


def save(path, values):
    """Write the values."""
    path.write_text(jsonpickle.encode(values), encoding="utf-8")


def load(path):
    """Read them back, whatever they are."""
    return jsonpickle.decode(path.read_text(encoding="utf-8"))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("action", choices=["save", "show"])
    parser.add_argument("file", type=Path)
    parser.add_argument("values", nargs="*", metavar="KEY=VALUE")
    arguments = parser.parse_args()
    if arguments.action == "save":
        save(arguments.file, dict(value.split("=", 1) for value in arguments.values))
    else:
        sys.stdout.writelines(f"{key} = {value}\n" for key, value in load(arguments.file).items())


if __name__ == "__main__":
    main()
