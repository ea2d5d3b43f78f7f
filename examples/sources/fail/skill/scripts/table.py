"""Print the sum of each line of a file of numbers."""

import argparse

import numpy as np


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file")
    for line in open(parser.parse_args().file):
        print(np.array(line.split(), dtype=float).sum())


if __name__ == "__main__":
    main()
