"""Run one command per line of a file and tell which took longest."""

import argparse
import shlex
import subprocess
import sys
import time
from pathlib import Path

from loguru import logger


def timed(command):
    """Seconds that a command took, and its exit code."""
    start = time.perf_counter()
    code = subprocess.run(shlex.split(command)).returncode
    return time.perf_counter() - start, code


def slowest_first(seconds_by_step):
    """Steps by falling time."""
    return sorted(seconds_by_step, key=seconds_by_step.get, reverse=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("steps", type=Path)
    arguments = parser.parse_args()
    seconds = {}
    for step in filter(None, map(str.strip, arguments.steps.read_text(encoding="utf-8").splitlines())):
        seconds[step], code = timed(step)
        logger.info("{:.2f} s, exit code {}: {}", seconds[step], code, step)
    sys.stdout.writelines(f"{seconds[step]:8.2f} s  {step}\n" for step in slowest_first(seconds))


if __name__ == "__main__":
    main()
