"""What the kernel counted while a phase ran: read outside of the box, so nothing in it can make it up.

Reads the control groups (v1 and v2) and network counters of a container by the process id that the engine
names. Where that process is not one of this machine's (an engine elsewhere, or in a virtual machine), or a
file is missing, the value is None: not observed.
"""

from __future__ import annotations

import os
import re
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from checker.escape import shortened, visible

#: Seconds that children of a finished phase get to end by themselves before they count as left over.
_GRACE = 0.3
#: One that ends and has a child go on in its place, say.
_UNNAMED = "a process that ended before it was named"


@dataclass(frozen=True)
class Counters:
    """Totals since the container started: CPU in seconds, memory in bytes, the others are counts."""

    cpu_seconds: float | None
    peak_memory_bytes: int | None
    oom_kills: int | None
    pids_denied: int | None
    peak_processes: int | None
    network_attempts: int | None


class Observer:
    """Reads the counters of one container. `proc` is where the process table is mounted."""

    def __init__(self, container: str, pid: int, proc: Path = Path("/proc")) -> None:
        """Finds the control groups, once."""
        self._proc = proc / str(pid)
        self._groups = _groups(self._proc, proc / "self/mountinfo", container)
        self._keeper = _users(self._proc)
        self._peak: IO[str] | None = None
        self._peak_before: int | None = None
        self._processes_before: int | None = None

    def close(self) -> None:
        """Give the held counter back."""
        if self._peak is not None:
            with suppress(OSError):  # the group is gone, because somebody else removed the container
                self._peak.close()
            self._peak = None

    def start(self) -> Counters:
        """Counters before a phase. The peak of memory starts anew where the kernel lets it."""
        self.close()
        self._reset_peak()
        self._processes_before = self._total_processes()
        return self.read()

    def read(self) -> Counters:
        """Counters now."""
        return Counters(
            cpu_seconds=self._cpu(),
            peak_memory_bytes=self._read_peak(),
            oom_kills=self._first(
                ("memory", "memory.oom_control"), ("", "memory.events"), r"^oom_kill (\d+)"
            ),
            pids_denied=self._first(("pids", "pids.events"), ("", "pids.events"), r"^max (\d+)"),
            peak_processes=self._peak_processes(),
            network_attempts=self._network(),
        )

    def leftovers(self) -> tuple[str, ...] | None:
        """Commands that still run after a phase and a short grace, safe to print; None if not observed."""
        deadline = time.monotonic() + _GRACE
        while True:
            extra = self._extra()
            if not extra or time.monotonic() > deadline:
                return None if extra is None else tuple(self._name(pid) for pid in extra)
            time.sleep(0.02)

    def _extra(self) -> list[int] | None:
        """Processes that are not known to be the keeper's. Without a keeper nothing is known of any."""
        pids = self._pids()
        return [pid for pid in pids if not self._keeps(pid)] if pids and self._keeper else None

    def _keeps(self, pid: int) -> bool:
        """Init and the sleeper, told by a user that nothing of a skill's can become.

        Not one that ended before its user was read: it may have forked, and what it forked have forked again.
        """
        return self._keeper is not None and _users(self._proc.parent / str(pid)) == self._keeper

    def _pids(self) -> list[int] | None:
        text = self._text("pids", "cgroup.procs") or self._text("", "cgroup.procs")
        return None if text is None else [int(line) for line in text.split()]

    def _name(self, pid: int) -> str:
        line = _read(self._proc.parent / str(pid) / "cmdline") or _read(self._proc.parent / str(pid) / "comm")
        return shortened(visible((line or _UNNAMED).replace("\0", " ").strip()), 120)

    def _cpu(self) -> float | None:
        nanoseconds = self._number("cpuacct", "cpuacct.usage")
        if nanoseconds is not None:
            return nanoseconds / 1e9
        micros = self._first(("", "cpu.stat"), ("", "cpu.stat"), r"^usage_usec (\d+)")
        return None if micros is None else micros / 1e6

    def _network(self) -> int | None:
        """Sends that had no route: in a namespace without interfaces, every attempt to reach anything.

        But not IPv4 that its sender binds to the loopback interface: it needs no route, and arrives there.
        """
        four = _read(self._proc / "net/snmp") if self._groups else None
        if four is None:
            return None
        lines = [line.split() for line in four.splitlines() if line.startswith("Ip: ")]
        if len(lines) != 2 or "OutNoRoutes" not in lines[0]:
            return None
        six = re.search(r"^Ip6OutNoRoutes\s+(\d+)", _read(self._proc / "net/snmp6") or "", re.MULTILINE)
        return int(lines[1][lines[0].index("OutNoRoutes")]) + (int(six[1]) if six else 0)

    def _reset_peak(self) -> None:
        for group, name in (("memory", "memory.max_usage_in_bytes"), ("", "memory.peak")):
            if group not in self._groups:
                continue
            self._peak_before = self._number(group, name)
            try:
                self._peak = (self._groups[group] / name).open("r+")
                self._peak.write("0")
                self._peak.flush()
                # In version 2 the new start holds for this open file alone, so it is kept and read again.
                self._peak_before = None
            except OSError:
                self.close()  # not ours to write, or an older kernel: see `_read_peak`
            return

    def _read_peak(self) -> int | None:
        """The peak since `start`: exact after a reset; else known only when the total peak rose since."""
        if self._peak is not None:
            with suppress(OSError):
                self._peak.seek(0)
                return int(self._peak.read())
        total = self._number("memory", "memory.max_usage_in_bytes") or self._number("", "memory.peak")
        risen = total is not None and self._peak_before is not None and total > self._peak_before
        return total if risen else None

    def _peak_processes(self) -> int | None:
        """Most of the skill's tasks at once, where the phase had more than all before it; else unknown."""
        total, before = self._total_processes(), self._processes_before
        risen = total is not None and before is not None and total > before
        pids = self._pids()
        return total - sum(map(self._keeps, pids)) if total is not None and risen and pids else None

    def _total_processes(self) -> int | None:
        peak = self._number("pids", "pids.peak")
        return self._number("", "pids.peak") if peak is None else peak

    def _first(self, one: tuple[str, str], two: tuple[str, str], pattern: str) -> int | None:
        for group, name in (one, two):
            found = re.search(pattern, self._text(group, name) or "", re.MULTILINE)
            if found:
                return int(found[1])
        return None

    def _number(self, group: str, name: str) -> int | None:
        text = self._text(group, name)
        return int(text) if text and text.strip().isdigit() else None

    def _text(self, group: str, name: str) -> str | None:
        return _read(self._groups[group] / name) if group in self._groups else None


def _users(process: Path) -> str | None:
    """The four user ids of a process, or None when there is no such process."""
    found = re.search(r"^Uid:\s+(.*)$", _read(process / "status") or "", re.MULTILINE)
    return found[1] if found else None


def _groups(process: Path, mountinfo: Path, container: str) -> dict[str, Path]:
    """Folders of the container's control groups by controller; "" is the one of version 2."""
    found: dict[str, Path] = {}
    mounts = _mounts(_read(mountinfo) or "")
    for line in (_read(process / "cgroup") or "").splitlines():
        _, controllers, path = line.split(":", 2)
        if container not in path:
            continue  # another machine's process id that happens to exist here
        for controller in controllers.split(","):
            if controller in mounts:
                root, place = mounts[controller]
                found[controller] = place / os.path.relpath(path, root)
    return found


def _mounts(mountinfo: str) -> dict[str, tuple[str, Path]]:
    """For each controller: the group at the root of its mount, and where it is mounted."""
    found: dict[str, tuple[str, Path]] = {}
    for line in mountinfo.splitlines():
        before, _, after = line.partition(" - ")
        fields, kind = before.split(), after.split()
        if kind and kind[0] == "cgroup2":
            found[""] = (fields[3], Path(fields[4]))
        elif kind and kind[0] == "cgroup":
            for option in kind[-1].split(","):
                found.setdefault(option, (fields[3], Path(fields[4])))
    return found


def _read(path: Path) -> str | None:
    try:
        return path.read_text("utf-8", "backslashreplace")
    except OSError:
        return None
