"""A whole process: where its time went, and the most memory that it and its children used."""

from __future__ import annotations

import os
import re
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import Row, seconds

_EVERY = 0.05
#: A line of what `--profile` says: the stages, and seconds of wall time.
_SHARE = re.compile(r"^  (\S.*?) +([\d.]+) s +[\d.]+ s +\d+%$", re.MULTILINE)


@dataclass(frozen=True)
class Run:
    """One process: seconds, what it printed and said, and bytes of memory (its processes' sum, at most)."""

    wall: float
    output: str
    said: str
    peak: int


def run(argv: Sequence[str], accept: Sequence[int] = (0,)) -> Run:
    """Run it to its end. SystemExit where it ends with another code."""
    began = time.perf_counter()
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        seen, ended = [0], threading.Event()
        watcher = threading.Thread(target=_watch, args=(child.pid, seen, ended))
        watcher.start()
        output, said = child.communicate()
        wall = time.perf_counter() - began
        ended.set()
        watcher.join()
    if child.returncode not in accept:
        raise SystemExit(f"{Path(argv[0]).name} ended with {child.returncode}: {said[-500:]}")
    return Run(wall, output, said, max(seen))


def profile_row(said: str, whose: str = "one more run") -> Row:
    """Where the time of a run with `--profile` went, by wall time, as it said on standard error."""
    told = ", ".join(f"{name} {seconds(float(wall))}" for name, wall in _SHARE.findall(said))
    return Row(f"· where the time of {whose} went", told)


def _watch(pid: int, seen: list[int], ended: threading.Event) -> None:
    while not ended.wait(_EVERY):
        seen.append(_resident(pid))


def _resident(root: int) -> int:
    """Resident bytes of a process and all below it; pages that several of them share count for each."""
    parents, pages = dict[int, int](), dict[int, int]()
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has just ended
            fields = (process / "stat").read_text().rpartition(")")[2].split()
            parents[int(process.name)], pages[int(process.name)] = int(fields[1]), int(fields[21])
    return sum(size for pid, size in pages.items() if _below(root, pid, parents)) * os.sysconf("SC_PAGE_SIZE")


def _below(root: int, pid: int, parents: Mapping[int, int]) -> bool:
    while pid != root and pid in parents:
        pid = parents[pid]
    return pid == root
