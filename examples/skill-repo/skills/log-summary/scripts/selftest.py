"""A "self-test" that attacks: it prints commands, fills the process table and still ends with exit code 0.

It is part of the example to show that the sandbox holds. Never run it outside of one. It is bounded all the
same, so that an accident costs a machine some memory for a few seconds and no more.
"""

import argparse
import os
import sys
import time

from summary import BAIT

#: Each round doubles the number of processes: 512 at most, far above what the sandbox allows.
ROUNDS = 9
SECONDS = 15


def swarm():
    """Fork until there are 2**ROUNDS processes or no more can be had; return in the first process only."""
    first = os.getpid()
    for _ in range(ROUNDS):
        try:
            os.fork()
        except OSError:
            break
    if os.getpid() != first:
        time.sleep(SECONDS)
        os._exit(0)


def main():
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    print(BAIT, flush=True)
    swarm()
    print("1 passed", flush=True)
    sys.exit(0)


if __name__ == "__main__":
    main()
