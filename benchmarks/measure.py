"""Time things in turn, and say what came out: medians, ranges and ratios against a named peer."""

from __future__ import annotations

import math
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from checker import __version__

#: So many runs make a median; where there are fewer, the row says so.
ENOUGH = 5
#: Seconds after which a thing is measured once only.
PATIENCE = 60.0


@dataclass(frozen=True)
class Sample:
    """Seconds of wall time, and of processor time where children were measured, of one thing's runs."""

    wall: tuple[float, ...]
    cpu: tuple[float, ...] = ()

    @property
    def median(self) -> float:
        """Median wall time in seconds."""
        return statistics.median(self.wall)


@dataclass(frozen=True)
class Row:
    """One line of the table. `met` is None where nothing is demanded."""

    what: str
    median: str
    spread: str = ""
    limit: str = ""
    met: bool | None = None

    def cells(self) -> tuple[str, ...]:
        """The line as texts."""
        verdict = {None: "", True: "met", False: "**not met**"}[self.met]
        return self.what, self.median, self.spread, self.limit, verdict


def in_turn(
    things: Mapping[str, Callable[[], object]],
    runs: int,
    *,
    patience: float = math.inf,
    before: Callable[[], object] = lambda: None,
) -> dict[str, Sample]:
    """Run each thing once, then each again…, so that a slow moment of the machine hits all of them.

    What a thing returns is called, if it can be, when the time has been taken. What takes longer than
    `patience`, in seconds, is not run a second time. `before` is called before each, outside of its time.
    """
    walls: dict[str, list[float]] = {name: [] for name in things}
    cpus: dict[str, list[float]] = {name: [] for name in things}
    for _ in range(runs):
        for name, thing in things.items():
            if walls[name] and walls[name][0] > patience:
                continue
            before()
            began, used = time.perf_counter(), _children()
            tidy = thing()
            walls[name].append(time.perf_counter() - began)
            cpus[name].append(_children() - used)
            if callable(tidy):
                tidy()
    return {name: Sample(tuple(walls[name]), tuple(cpus[name])) for name in things}


def process(*argv: str, cwd: Path | None = None, accept: Sequence[int] = (0,)) -> bytes:
    """Output of a process of ours; SystemExit with what it said when it ends with another code.

    Bytecode may be cached, as for an installed program, whatever the caller's environment says.
    """
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(argv, cwd=cwd, env=env, capture_output=True, check=False)
    if done.returncode not in accept:
        called = " ".join((Path(argv[0]).name, *argv[1:3]))  # results tell nothing of where things lie
        raise SystemExit(f"{called} ended with {done.returncode}: {done.stderr.decode()[-500:]}")
    return done.stdout


def loopback_directly() -> None:
    """Ask servers of this machine without a proxy, here and in every process started from here."""
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join(filter(None, (os.environ.get(name), "127.0.0.1")))


def proctor() -> str:
    """The console script beside this interpreter. SystemExit where it is not installed."""
    script = shutil.which("proctor", path=str(Path(sys.executable).parent))
    if script is None:
        raise SystemExit("no `proctor` beside this interpreter: run `make setup`")
    return script


def span(sample: Sample) -> str:
    """The fastest and the slowest run; how many there were, where there were few."""
    few = f", {len(sample.wall)} runs" if len(sample.wall) < ENOUGH else ""
    return "one run" if len(sample.wall) == 1 else _between(sample.wall) + few


def _between(values: Sequence[float]) -> str:
    return f"{seconds(min(values))} to {seconds(max(values))}"


def seconds(value: float) -> str:
    """A time in the unit that suits it."""
    if value < 1e-3:
        return f"{value * 1e6:.2f} µs"
    if value < 1:
        return f"{value * 1e3:.{1 if value < 0.1 else 0}f} ms"
    return f"{value:.2f} s"


def timed(what: str, sample: Sample, limit: float | None = None) -> Row:
    """A row for a time, held against a limit in seconds if there is one."""
    met = None if limit is None else sample.median <= limit
    return Row(
        what, seconds(sample.median), span(sample), "" if limit is None else f"≤ {seconds(limit)}", met
    )


def processor(what: str, sample: Sample) -> Row:
    """A row for the processor time of processes, which a busy machine stretches less than wall time."""
    spread = "one run" if len(sample.cpu) == 1 else _between(sample.cpu)
    return Row(what, seconds(statistics.median(sample.cpu)), spread)


def table(rows: Sequence[Row]) -> str:
    """The rows in Markdown."""
    head = ("what", "median", "fastest to slowest", "limit", "")
    lines = [head, ("---",) * len(head), *(row.cells() for row in rows)]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def machine() -> str:
    """Processors, memory, load and versions, on one line each."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    facts = {
        "processors": str(os.cpu_count()),
        "memory": f"{memory:.0f} GiB",
        "load when written (1, 5, 15 min)": load,
        "Python": platform.python_version(),
        "uv": _version("uv", "--version"),
        "git": _version("git", "version"),
        "Docker engine": _version("docker", "version", "--format", "{{.Server.Version}}"),
        "Proctor": __version__,
    }
    return "".join(f"- {name}: {value}\n" for name, value in facts.items())


def _version(*argv: str) -> str:
    program = shutil.which(argv[0]) or shutil.which(argv[0], path=str(Path(sys.executable).parent))
    if program is None:
        return "none"
    done = subprocess.run([program, *argv[1:]], capture_output=True, text=True, check=False)
    return done.stdout.strip().removeprefix(f"{argv[0]} ") or "none"


def _children() -> float:
    """Processor seconds of all children that ended so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def pace() -> str:
    """How fast the machine is just now: a fixed loop at its best and at the median of 50 runs.

    Where the two are far apart, others use the processors, and times are longer than they need to be.
    """
    walls = []
    for _ in range(50):
        began = time.perf_counter()
        sum(range(500_000))
        walls.append(time.perf_counter() - began)
    return f"{seconds(min(walls))} at best, {seconds(statistics.median(walls))} at the median"
