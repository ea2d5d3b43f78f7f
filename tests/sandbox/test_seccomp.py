"""The profile: what it allows in words, and what a box makes of it over the real engine."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from checker.engines.sandbox import DockerSandbox, clean, listed
from checker.engines.sandbox.box.seccomp import profile
from checker.model.evidence import PhaseEvidence
from checker.tools import Phase
from tests.support.sandbox import LIMITS, FolderWheels, image_order

FORBIDDEN = [
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    "kcmp",
    "pidfd_getfd",
    "io_uring_setup",
    "io_uring_enter",
    "io_uring_register",
    "userfaultfd",
    "bpf",
    "perf_event_open",
    "keyctl",
    "add_key",
    "request_key",
    "mount",
    "umount2",
    "move_mount",
    "open_tree",
    "fsopen",
    "fsconfig",
    "fsmount",
    "pivot_root",
    "chroot",
    "unshare",
    "setns",
    "init_module",
    "finit_module",
    "kexec_load",
    "reboot",
    "swapon",
    "open_by_handle_at",
    "iopl",
    "ioperm",
    "modify_ldt",
    "syslog",
    "acct",
    "settimeofday",
    "clock_settime",
    "quotactl",
    "fanotify_init",
    "vmsplice",
    "io_setup",
    "nfsservctl",
    "lookup_dcookie",
]


def allowed() -> set[str]:
    rules = json.loads(profile())["syscalls"]
    return {name for rule in rules if rule["action"] == "SCMP_ACT_ALLOW" for name in rule["names"]}


def test_everything_is_refused_that_is_not_named() -> None:
    assert json.loads(profile())["defaultAction"] == "SCMP_ACT_ERRNO"
    assert allowed().isdisjoint(FORBIDDEN)


def test_only_proctors_own_programs_may_see_packets() -> None:
    packet = '"args": [{"index": 0, "value": 17, "op": "SCMP_CMP_EQ"}]'
    assert packet not in profile()
    assert packet in profile(packets=True)


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DockerSandbox]:
    folder = tmp_path_factory.mktemp("state")
    with DockerSandbox(FolderWheels(folder), folder) as sandbox:
        yield sandbox
        images = {json.loads(path.read_text())["image_id"] for path in folder.glob("images/*.json")}
        clean(sandbox.engine, [kept for kept in listed(sandbox.engine) if kept.id in images])


def run(box: DockerSandbox, text: str) -> PhaseEvidence:
    (seen,) = box.run(box.build(image_order({"a.py": text})), [Phase("run", ("python", "a.py"))], LIMITS)
    return seen


CALLS = """
import ctypes, errno, platform
libc = ctypes.CDLL(None, use_errno=True)
NUMBERS = {
    "x86_64": {"ptrace": 101, "process_vm_readv": 310, "io_uring_setup": 425, "userfaultfd": 323, "bpf": 321,
               "perf_event_open": 298, "keyctl": 250, "add_key": 248, "request_key": 249, "mount": 165,
               "unshare": 272, "setns": 308, "fsopen": 430, "open_by_handle_at": 304, "clone3": 435},
    "aarch64": {"ptrace": 117, "process_vm_readv": 270, "io_uring_setup": 425, "userfaultfd": 282, "bpf": 280,
                "perf_event_open": 241, "keyctl": 219, "add_key": 217, "request_key": 218, "mount": 40,
                "unshare": 97, "setns": 268, "fsopen": 430, "open_by_handle_at": 265, "clone3": 435},
}[platform.machine()]
for name, number in NUMBERS.items():
    ctypes.set_errno(0)
    answer = libc.syscall(number, 0, 0, 0, 0, 0)
    print(name, answer, errno.errorcode.get(ctypes.get_errno()))
"""


@pytest.mark.engine
def test_calls_that_lead_out_are_refused_with_an_error(box: DockerSandbox) -> None:
    lines = run(box, CALLS).output.splitlines()
    assert [line for line in lines if not line.endswith(" -1 EPERM")] == ["clone3 -1 ENOSYS"]
    assert len(lines) == 15


SOCKETS = """
import socket
KINDS = [(f, t, 0) for f in (3, 17, 21, 29, 38, 40, 44) for t in (1, 2, 3, 5)]
KINDS += [(2, 3, 1), (2, 3, 255), (10, 3, 58), (2, 1, 132), (2, 1, 262), (16, 3, 12), (16, 3, 15)]
for kind in KINDS:
    try:
        socket.socket(*kind)
        print("made", kind)
    except PermissionError:
        pass
for kind in ((1, 1), (2, 1), (2, 2), (10, 1), (10, 2), (16, 3, 0)):
    socket.socket(*kind).close()
print("done")
"""


@pytest.mark.engine
def test_only_ordinary_sockets_can_be_made(box: DockerSandbox) -> None:
    assert run(box, SOCKETS).output == "done\n"


FOREIGN = """
import ctypes, mmap, os, signal
# int 0x80 with eax = 20 (getpid of the 32-bit table), and getpid of the x32 table: other numbers, same kernel.
for code in (b"\\xb8\\x14\\x00\\x00\\x00\\xcd\\x80\\xc3", b"\\xb8\\x27\\x00\\x00\\x40\\x0f\\x05\\xc3"):
    child = os.fork()
    if not child:
        page = mmap.mmap(-1, 4096, prot=7)
        page.write(code)
        address = ctypes.addressof(ctypes.c_char.from_buffer(page))
        answer = ctypes.CFUNCTYPE(ctypes.c_int)(address)()
        os._exit(0 if answer > 0 else 1)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0)
"""


@pytest.mark.engine
def test_other_tables_of_calls_are_no_way_around(box: DockerSandbox) -> None:
    if box.engine.architecture != "amd64":
        pytest.skip("32-bit and x32 calls exist on amd64 alone")
    assert run(box, FOREIGN).output == "False\nFalse\n"


ORDINARY = """
import asyncio, concurrent.futures, ctypes, mmap, multiprocessing, os, select, signal, socket, sqlite3, subprocess
import sys, tempfile, threading
def square(x):
    return x * x
async def child():
    process = await asyncio.create_subprocess_exec("echo", "hi", stdout=subprocess.PIPE)
    return (await process.communicate())[0]
if __name__ == "__main__":
    for method in ("fork", "spawn", "forkserver"):
        with multiprocessing.get_context(method).Pool(2) as pool:
            assert pool.map(square, [1, 2]) == [1, 4]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        assert list(pool.map(square, [3])) == [9]
    assert asyncio.run(child()) == b"hi\\n"
    assert subprocess.run("echo a | sort | uniq -c; sleep 0 & wait", shell=True).returncode == 0
    with tempfile.TemporaryDirectory() as folder:
        os.mkfifo(folder + "/pipe")
        sqlite3.connect(folder + "/db").execute("create table t (x)")
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(folder + "/socket")
    print(socket.if_nameindex(), socket.getaddrinfo("127.0.0.1", 80)[0][4])
    server = socket.create_server(("::1", 0), family=socket.AF_INET6)
    socket.create_connection(server.getsockname()[:2]).close()
    print(ctypes.CFUNCTYPE(ctypes.c_int)(lambda: 7)(), os.sched_getaffinity(0) != set())
"""


@pytest.mark.engine
@pytest.mark.slow
def test_ordinary_programs_do_not_notice(box: DockerSandbox) -> None:
    seen = run(box, ORDINARY)
    assert seen.exit_code == 0, seen.output
    assert seen.output.endswith("[(1, 'lo')] ('127.0.0.1', 80)\n7 True\n")


@pytest.mark.engine
def test_every_process_of_the_box_has_the_profile(box: DockerSandbox) -> None:
    text = "import glob, re\nfor p in glob.glob('/proc/[0-9]*/status'):\n"
    text += "    print(re.search(r'Seccomp:\\s+(\\d)', open(p).read())[1], end='')\n"
    assert set(run(box, text).output) == {"2"}
