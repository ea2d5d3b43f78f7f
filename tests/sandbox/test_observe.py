"""Counters from control groups of both versions, read from a made-up process table."""

from __future__ import annotations

from pathlib import Path
from threading import Timer

import pytest

from checker.engines.sandbox.box.observe import Counters, Observer

CONTAINER = "c0ffee"
SNMP = "Ip: Forwarding OutNoRoutes ReasmTimeout\nIp: 1 {} 0\nTcp: a\nTcp: 1\n"


class Machine:
    """A process table and control groups on disk. `version` 1 or 2."""

    def __init__(self, root: Path, version: int, container: str = CONTAINER) -> None:
        self.proc, self.version = root / "proc", version
        groups = root / "cgroup"
        self.folders = {}
        mounts, lines = [], []
        for number, controller in enumerate(["memory", "cpuacct", "pids"] if version == 1 else [""], 1):
            mount = groups / controller
            self.folders[controller] = mount / "docker" / container
            self.folders[controller].mkdir(parents=True)
            kind = f"cgroup cgroup rw,{controller}" if version == 1 else "cgroup2 cgroup2 rw"
            mounts.append(f"{number} 1 0:{number} / {mount} rw - {kind}")
            lines.append(f"{number if version == 1 else 0}:{controller}:/docker/{container}")
        self.write("proc/self/mountinfo", "\n".join(mounts), root)
        self.write("proc/7/cgroup", "\n".join(lines), root)
        self.set(cpu=0, peak=1000, oom=0, pids=0, processes=[7, 8], routes=0)

    def set(self, *, cpu: int, peak: int, oom: int, pids: int, processes: list[int], routes: int) -> None:
        one = self.version == 1
        memory, root = self.folders["memory" if one else ""], self.proc.parent
        self.write("memory.max_usage_in_bytes" if one else "memory.peak", f"{peak}\n", memory)
        self.write(
            "memory.oom_control" if one else "memory.events", f"low 0\noom 9\noom_kill {oom}\n", memory
        )
        cpu_folder = self.folders["cpuacct" if one else ""]
        self.write("cpuacct.usage", str(cpu * 10**9), cpu_folder) if one else self.write(
            "cpu.stat", f"usage_usec {cpu * 10**6}\nuser_usec 1\n", cpu_folder
        )
        pids_folder = self.folders["pids" if one else ""]
        self.write("pids.events", f"max {pids}\n", pids_folder)
        self.write("cgroup.procs", "".join(f"{pid}\n" for pid in processes), pids_folder)
        for pid in processes:
            user = 65534 if pid in (7, 8) else 1000
            self.write(f"proc/{pid}/status", f"Name:\tUid: 7\nUid:\t{user}\t{user}\t{user}\t{user}\n", root)
        self.write("proc/7/net/snmp", SNMP.format(routes), root)
        self.write("proc/7/net/snmp6", "Ip6OutNoRoutes  \t1\n", root)

    def write(self, path: str, text: str, root: Path) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


@pytest.mark.parametrize("version", [1, 2])
def test_both_versions_of_control_groups(tmp_path: Path, version: int) -> None:
    machine = Machine(tmp_path, version)
    observer = Observer(CONTAINER, 7, machine.proc)
    before = observer.read()
    assert (before.cpu_seconds, before.oom_kills, before.pids_denied, before.network_attempts) == (0, 0, 0, 1)
    machine.set(cpu=3, peak=5000, oom=2, pids=4, processes=[7, 8], routes=5)
    assert observer.read() == Counters(3.0, None, 2, 4, None, 6)
    assert observer.leftovers() == ()
    observer.close()


RECORDED = {
    # A container of an engine that uses systemd, on a kernel with unified control groups, as its files read.
    "memory.peak": "23887872\n",
    "memory.events": "low 0\nhigh 0\nmax 41\noom 2\noom_kill 1\noom_group_kill 0\n",
    "cpu.stat": "usage_usec 1543210\nuser_usec 1100000\nsystem_usec 443210\nnr_periods 12\nnr_throttled 3\n"
    "throttled_usec 200100\nnr_bursts 0\nburst_usec 0\n",
    "pids.events": "max 5\n",
    "pids.peak": "{}\n",
    "cgroup.procs": "4711\n4732\n4733\n",
    "cgroup.controllers": "cpuset cpu io memory hugetlb pids rdma misc\n",
}


def recorded(root: Path, processes_peak: int) -> Path:
    """The files around process 4711 of a unified hierarchy with systemd's slices."""
    group = root / "sys/fs/cgroup/system.slice/docker-c0ffee.scope"
    for folder in (group, root / "proc/self", root / "proc/4711/net"):
        folder.mkdir(parents=True, exist_ok=True)
    for name, text in RECORDED.items():
        (group / name).write_text(text.format(processes_peak))
    mount = f"30 23 0:26 / {root}/sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:4 - cgroup2 cgroup2 "
    other = "24 1 8:1 / / rw,relatime shared:1 - ext4 /dev/root rw,discard\n"
    (root / "proc/self/mountinfo").write_text(f"{other}{mount}rw,nsdelegate,memory_recursiveprot\n")
    (root / "proc/4711/cgroup").write_text("0::/system.slice/docker-c0ffee.scope\n")
    (root / "proc/4711/net/snmp").write_text(SNMP.format(3))
    for pid in RECORDED["cgroup.procs"].split():
        (root / "proc" / pid).mkdir(exist_ok=True)
        (root / "proc" / pid / "status").write_text("Name:\tcat\nUid:\t65534\t65534\t65534\t65534\n")
    return root / "proc"


def test_a_recorded_tree_of_version_2(tmp_path: Path) -> None:
    observer = Observer(CONTAINER, 4711, recorded(tmp_path, 4))
    before = observer.start()
    assert (before.cpu_seconds, before.oom_kills, before.pids_denied) == (1.54321, 1, 5)
    assert (before.network_attempts, before.peak_processes) == (3, None)
    recorded(tmp_path, 40)
    assert observer.read().peak_processes == 37, "without the three of ours"
    assert observer.leftovers() == ()
    (tmp_path / "sys/fs/cgroup/system.slice/docker-c0ffee.scope/cgroup.procs").unlink()
    assert observer.read().peak_processes is None, "whose they are is not known"
    observer.close()


@pytest.mark.parametrize("version", [1, 2])
def test_the_peak_is_reset_where_the_kernel_lets_us(tmp_path: Path, version: int) -> None:
    machine = Machine(tmp_path, version)
    observer = Observer(CONTAINER, 7, machine.proc)
    observer.start()
    machine.set(cpu=0, peak=4321, oom=0, pids=0, processes=[7], routes=0)
    assert observer.read().peak_memory_bytes == 4321
    observer.close()


def test_leftovers_are_named_and_escaped(tmp_path: Path) -> None:
    machine = Machine(tmp_path, 2)
    observer = Observer(CONTAINER, 7, machine.proc)
    machine.write("proc/99/cmdline", "::error::\0\x1b[1m", tmp_path)
    machine.set(cpu=0, peak=0, oom=0, pids=0, processes=[7, 8, 99], routes=0)
    assert observer.leftovers() == ("\\::error:: \\x1b[1m",)


def test_a_process_that_is_gone_before_it_was_looked_at_was_there(tmp_path: Path) -> None:
    """What forks and ends without a pause is another process at each look."""
    machine = Machine(tmp_path, 2)
    observer = Observer(CONTAINER, 7, machine.proc)
    machine.write("cgroup.procs", "7\n8\n99\n", machine.folders[""])
    assert observer.leftovers() == ("a process that ended before it was named",)


def test_one_that_ends_within_the_grace_is_not_left_over(tmp_path: Path) -> None:
    machine = Machine(tmp_path, 2)
    observer = Observer(CONTAINER, 7, machine.proc)
    machine.write("cgroup.procs", "7\n8\n99\n", machine.folders[""])
    machine.write("later", "7\n8\n", machine.folders[""])  # a kernel's file is never half written
    ending = Timer(0.1, (machine.folders[""] / "later").replace, (machine.folders[""] / "cgroup.procs",))
    ending.start()
    assert observer.leftovers() == ()
    ending.join()


@pytest.mark.parametrize("gone", ["proc/7/status", "cgroup/docker/c0ffee/cgroup.procs"])
def test_without_the_keeper_nothing_is_observed(tmp_path: Path, gone: str) -> None:
    """An empty list of processes is that of a box that has ended."""
    machine = Machine(tmp_path, 2)
    (tmp_path / gone).write_text("")
    assert Observer(CONTAINER, 7, machine.proc).leftovers() is None


def test_a_process_of_another_machine_is_not_observed(tmp_path: Path) -> None:
    """An engine elsewhere names a process id that may well exist here, too."""
    machine = Machine(tmp_path, 1, container="somebody-else")
    observer = Observer(CONTAINER, 7, machine.proc)
    assert observer.start() == Counters(None, None, None, None, None, None)
    assert observer.leftovers() is None


def test_no_process_table_at_all(tmp_path: Path) -> None:
    observer = Observer(CONTAINER, 7, tmp_path / "nothing")
    assert observer.read() == Counters(None, None, None, None, None, None)
