"""Show the processes that use the most memory."""

import argparse
import sys

import psutil


def largest(processes, top):
    """The `top` (name, bytes) pairs by falling size."""
    return sorted(processes, key=lambda process: process[1], reverse=True)[:top]


def running():
    """(name, resident bytes) of every process that may be looked at."""
    for process in psutil.process_iter(["name", "memory_info"]):
        if process.info["memory_info"]:
            yield process.info["name"], process.info["memory_info"].rss


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--top", type=int, default=10)
    arguments = parser.parse_args()
    sys.stdout.writelines(f"{size >> 20:6} MiB  {name}\n" for name, size in largest(running(), arguments.top))


if __name__ == "__main__":
    main()
